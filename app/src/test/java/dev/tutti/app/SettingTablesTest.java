package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.config.ServiceSettings;
import dev.tutti.config.Setting;
import dev.tutti.config.TrainingSettings;
import dev.tutti.config.WorkerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The tables of docs/commands.md say what the code does: an option, its value and its default in each row. */
class SettingTablesTest {
    private static final Path REFERENCE = Path.of("..", "docs", "commands.md");
    private static final Pattern ROW = Pattern.compile("\\| `--([a-z0-9-]+)(?: ((?:[^`])+))?` \\| (.*?) ?\\| \\S.*\\|");

    /** Options of train that are no settings. */
    private static final List<String> OF_TRAIN = List.of("resume", "server", "token-file", "ca-cert", "http");

    @Test
    void shouldTellOptionsAndDefaultsOfTrain() throws IOException {
        assertThat(rows("## `tutti train DATA`", "## What a run leaves"))
                .filteredOn(row -> OF_TRAIN.stream().noneMatch(option -> row.startsWith("--" + option + " ")))
                .containsExactlyInAnyOrderElementsOf(expected(TrainingSettings.SETTINGS));
    }

    @Test
    void shouldTellOptionsAndDefaultsOfCoordinator() throws IOException {
        assertThat(rows("| option of `coordinator` |", "| option of `worker` |"))
                .containsExactlyElementsOf(expected(ServiceSettings.COORDINATOR_SETTINGS));
    }

    @Test
    void shouldTellOptionsAndDefaultsOfWorker() throws IOException {
        assertThat(rows("| option of `worker` |", "Both take `--config FILE`"))
                .containsExactlyElementsOf(expected(WorkerSettings.SETTINGS));
    }

    @Test
    void shouldTellOptionsAndDefaultsOfServe() throws IOException {
        assertThat(rows("| option of `serve` |", "It takes `--config FILE`"))
                .containsExactlyElementsOf(expected(ServiceSettings.SETTINGS));
    }

    @Test
    void shouldReadRows() {
        assertThat(row("| `--shuffle on\\|off` | `on` | whether | at all |"))
                .isEqualTo("--shuffle on|off, default: on");
        assertThat(row("| `--json` | off | one object |")).isEqualTo("--json, default: off");
        assertThat(row("| `--data DATA` | | a file |")).isEqualTo("--data DATA, default: ");
        assertThat(row("| `--json` | off | |")).isNull();
        assertThat(row("| key | |")).isNull();
    }

    private static List<String> expected(List<Setting<?>> settings) {
        return settings.stream()
                .map(setting -> "--" + setting.key() + (setting.isSwitch() ? "" : " " + setting.label()) + ", default: "
                        + setting.fallbackText())
                .toList();
    }

    /** The rows of tables between two lines. */
    private static List<String> rows(String from, String to) throws IOException {
        List<String> rows = new ArrayList<>();
        boolean inside = false;
        for (String line : Files.readAllLines(REFERENCE)) {
            inside = line.startsWith(from) || (inside && !line.startsWith(to));
            if (inside && line.startsWith("| `--")) {
                String row = row(line);
                assertThat(row)
                        .as("an option, its default, what it does: %s", line)
                        .isNotNull();
                rows.add(row);
            }
        }
        return rows;
    }

    private static String row(String line) {
        Matcher row = ROW.matcher(line.replace("\\|", "\u0000"));
        if (!row.matches()) {
            return null;
        }
        String label = row.group(2) == null ? "" : " " + row.group(2).replace('\u0000', '|');
        return "--" + row.group(1) + label + ", default: " + row.group(3).replace("`", "");
    }
}
