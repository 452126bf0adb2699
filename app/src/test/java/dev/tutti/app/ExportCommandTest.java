package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code export} as people call it, and what it and {@code report} may not write over. */
class ExportCommandTest {
    @TempDir
    private static Path directory;

    private static Path run;

    @BeforeAll
    static void train() {
        run = directory.resolve("iris");
        assertThat(Cli.run("train", "iris", "--trainer", "reference", "--epochs", "2", "--out", run.toString())
                        .code())
                .isZero();
    }

    @Test
    void shouldWriteEachFormAndRefuseOthers() {
        for (String name : List.of("iris.onnx", "iris.npz", "Iris.java", "iris.safetensors")) {
            Path to = directory.resolve(name);
            Cli.Outcome outcome = Cli.run("export", run.toString(), "--to", to.toString());
            assertThat(outcome.code()).as(outcome.err()).isZero();
            assertThat(outcome.out()).endsWith("written to " + to + System.lineSeparator());
            assertThat(to).isNotEmptyFile();
        }
        assertThat(Cli.run("export", run.toString(), "--to", "iris.pmml").err())
                .startsWith("tutti: iris.pmml: no form to export to");
        assertThat(Cli.run("export", directory.resolve("none").toString(), "--to", "iris.npz")
                        .err())
                .contains("none: no such file; give the model.safetensors of a finished run");
    }

    /** By its own name, by a link of either kind, by the way round, and from a copy elsewhere. */
    @Test
    void shouldNeverWriteOverTheModelItReads() throws IOException {
        Path model = run.resolve("model.safetensors");
        Path alone = Files.copy(
                model, Files.createDirectory(directory.resolve("alone")).resolve("m.safetensors"));
        Path symbolic = Files.createSymbolicLink(directory.resolve("symbolic.safetensors"), model);
        Path hard = Files.createLink(directory.resolve("hard.safetensors"), model);
        Path linkedRun = Files.createSymbolicLink(directory.resolve("linked"), run);
        Map<String, String> before = contents();

        refuse("export", run, "--to", model);
        refuse("export", model, "--to", model);
        refuse("export", alone, "--to", alone);
        refuse("export", alone, "--to", directory.resolve("alone/../alone/m.safetensors"));
        refuse("export", run, "--to", symbolic);
        refuse("export", symbolic, "--to", model);
        refuse("export", run, "--to", hard);
        refuse("export", linkedRun, "--to", model);
        // The model of another run.
        refuse("export", alone, "--to", model);

        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void shouldNeverWriteAReportOverAFileOfARun() throws IOException {
        Files.createDirectories(run.resolve("checkpoints"));
        Path linked = Files.createSymbolicLink(directory.resolve("summary.html"), run.resolve("summary.json"));
        Map<String, String> before = contents();

        for (String name :
                List.of("model.safetensors", "config.conf", "summary.json", "metrics.jsonl", "run.log", ".lock")) {
            refuse("report", run, "--out", run.resolve(name));
        }
        refuse("report", run, "--out", run.resolve("checkpoints/page.html"));
        refuse("report", run, "--out", linked);

        assertThat(contents()).isEqualTo(before);
    }

    private static void refuse(String command, Path what, String option, Path to) {
        Cli.Outcome outcome = Cli.run(command, what.toString(), option, to.toString());
        assertThat(outcome.code()).as("%s %s %s %s", command, what, option, to).isNotZero();
        assertThat(outcome.err().lines())
                .as("%s", to)
                .hasSize(1)
                .first()
                .asString()
                .startsWith("tutti: " + to + ": ");
    }

    /** All files below the directory, byte for byte. */
    private static Map<String, String> contents() throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(file.toString(), HexFormat.of().formatHex(Files.readAllBytes(file)));
            }
        }
        return contents;
    }
}
