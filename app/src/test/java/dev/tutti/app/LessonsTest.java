package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.tutti.app.explain.share.Share;
import dev.tutti.app.run.PreparedRun;
import dev.tutti.config.TrainingSettings;
import dev.tutti.model.ParameterLayout;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What docs/lessons shows is what the commands print, and what it says in words is so. */
class LessonsTest {
    private static final Path LESSONS = Path.of("..", "docs", "lessons");
    private static final String PROMPT = "$ tutti ";
    /** In a line of its own, or among words. */
    private static final Pattern COMMAND =
            Pattern.compile("(?m)(?:^    |^)tutti ([^\n>]+)|`tutti ((?:\\w+) [^`>]+?)(?: > [^`]*)?`");

    private static final String LEFT_OUT = "...";
    private static final Map<String, List<String>> OUTPUTS = new HashMap<>();

    static List<Path> lessons() throws IOException {
        try (Stream<Path> files = Files.list(LESSONS)) {
            return files.filter(file -> file.getFileName().toString().matches("[1-9]-.*[.]md"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void shouldBeSix() throws IOException {
        assertThat(lessons()).hasSize(6);
    }

    @ParameterizedTest
    @MethodSource("lessons")
    void shouldShowWhatTheCommandsPrint(Path lesson) throws IOException {
        List<String> lines = Files.readAllLines(lesson);
        int commands = 0;
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(PROMPT)) {
                int end = i + 1;
                while (!lines.get(end).equals("```")) {
                    end++;
                }
                String command = lines.get(i).substring(PROMPT.length());
                assertShown(lesson.getFileName() + ": " + command, lines.subList(i + 1, end), output(command));
                commands++;
            }
        }
        assertThat(commands).isPositive();
    }

    /** Of a command that trains or measures the options are looked at; one that explains is run. */
    @ParameterizedTest
    @MethodSource("pages")
    void shouldNameCommandsThatWork(Path page) throws IOException {
        Matcher command = COMMAND.matcher(Files.readString(page));
        while (command.find()) {
            String text = command.group(1) == null ? command.group(2) : command.group(1);
            String[] args = text.strip().split("  ", 2)[0].split(" ", -1);
            if (!text.matches(".*[A-Z|<].*|explain [^-]*/.*")) {
                if (args[0].equals("explain")) {
                    Cli.Outcome outcome = Cli.run(args);
                    assertThat(outcome.code())
                            .as(page.getFileName() + ": " + text + ": " + outcome.err())
                            .isZero();
                } else {
                    assertThatCode(() -> Tutti.commandLine().parseArgs(args))
                            .as(page.getFileName() + ": " + text)
                            .doesNotThrowAnyException();
                }
            }
        }
    }

    static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(lessons());
        pages.add(LESSONS.resolve("../teaching.md"));
        return pages;
    }

    @ParameterizedTest
    @MethodSource("lessons")
    void shouldAnswerEveryQuestion(Path lesson) throws IOException {
        String[] parts = Files.readString(lesson).split("\n## Answers\n", -1);

        assertThat(parts).hasSize(2);
        assertThat(numbers(parts[0], "\\*\\*Question (\\d+)[.]\\*\\*")).isNotEmpty();
        assertThat(numbers(parts[1], "(?m)^\\*\\*(\\d+)[.]\\*\\*"))
                .isEqualTo(numbers(parts[0], "\\*\\*Question (\\d+)[.]\\*\\*"));
    }

    @Test
    void shouldCountWhatTravelsFromFourThreeAndTwoWorkers() throws IOException {
        List<Integer> sent = new ArrayList<>();
        for (int workers : new int[] {4, 3, 2}) {
            int parameters = 9;
            sent.add(parameters
                    * Share.of(4, workers).stream()
                            .mapToInt(share -> share.sends().size())
                            .sum());
        }

        assertThat(text("3-four-workers.md"))
                .contains(sent.get(0) + " with 4 workers, " + sent.get(1) + " with 3, " + sent.get(2) + " with 2");
    }

    @Test
    void shouldCountStepsBytesAndOperationsOfDigits() throws IOException {
        TrainingSpec spec = digits("64").spec();
        int parameters = new ParameterLayout(spec.network()).parameterCount();
        long operations = 64L * parameters * 6;
        long oneCore = Math.round(operations / 1e4);
        long fourCores = Math.round(operations / 4e4);

        assertThat(text("6-how-much-faster.md"))
                .contains("Digits has " + spec.samples() + " training samples")
                .contains(spec.stepsPerEpoch() + " steps an epoch, so " + 10 * spec.stepsPerEpoch())
                .contains(digits("256").spec().stepsPerEpoch() + " an epoch, so "
                        + 10 * digits("256").spec().stepsPerEpoch())
                .contains(parameters + " floats of 4 bytes are " + 4 * parameters + " bytes")
                .contains((8 * 4 * parameters) + " bytes")
                .contains("64 * " + parameters + " * 6 = " + operations + " operations are " + oneCore
                        + " microseconds on one core and " + fourCores + " on four");
    }

    private static TrainingJob digits(String batch) {
        return PreparedRun.of(TrainingSettings.read(Map.of("data", "digits", "batch", batch), Optional.empty()))
                .job();
    }

    /** The lines are in the output in this order, one right below the other except where something is left out. */
    private static void assertShown(String where, List<String> shown, List<String> output) {
        int at = 0;
        boolean anywhere = false;
        for (String line : shown) {
            if (line.equals(LEFT_OUT)) {
                anywhere = true;
                continue;
            }
            int found = at;
            while (anywhere && found < output.size() && !output.get(found).equals(line)) {
                found++;
            }
            assertThat(found).as(where + ": not in the output: " + line).isLessThan(output.size());
            assertThat(output.get(found)).as(where).isEqualTo(line);
            at = found + 1;
            anywhere = false;
        }
        assertThat(anywhere || at == output.size()).as(where + ": goes on").isTrue();
    }

    private static List<String> output(String command) {
        return OUTPUTS.computeIfAbsent(command, text -> {
            Cli.Outcome outcome = Cli.run(text.split(" ", -1));
            assertThat(outcome.code()).as(text + ": " + outcome.err()).isZero();
            return outcome.out().lines().toList();
        });
    }

    private static List<String> numbers(String text, String pattern) {
        List<String> numbers = new ArrayList<>();
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        while (matcher.find()) {
            numbers.add(matcher.group(1));
        }
        return numbers;
    }

    private static String text(String lesson) throws IOException {
        return Files.readString(LESSONS.resolve(lesson)).replaceAll("\\s+", " ");
    }
}
