package dev.tutti.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlowersTest {
    @TempDir
    Path directory;

    @Test
    void shouldTrainSaveLoadAndPredict() throws Exception {
        List<String> lines = run();

        assertThat(lines).hasSize(9);
        assertThat(lines.subList(0, 4)).allMatch(line -> line.matches("epoch [1-4]0: loss 0[.]\\d{3}"));
        assertThat(Double.parseDouble(lines.get(4).substring("accuracy ".length())))
                .isGreaterThan(0.9);
        assertThat(lines.subList(5, 8))
                .containsExactly("setosa, one of [setosa, versicolor, virginica]", "virginica", "versicolor");
        assertThat(lines.get(8)).matches("weights [0-9a-f]{64}");
        assertThat(directory.resolve("iris.onnx")).isNotEmptyFile();
        assertThat(run()).as("the same bits").isEqualTo(lines);
    }

    private List<String> run() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Flowers.run(directory, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
