package dev.tutti.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.files.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibsvmFileTest {
    private static final String SPARSE = "# made by hand\n+1 1:0.5 4:-2e1\n\n-1 qid:7 2:3 # a comment\n-1 \r\n+1 3:1\n";

    @TempDir
    Path directory;

    @Test
    void shouldReadWhatIsNotZero() {
        RawData data = DataFiles.read(write(SPARSE), DataOptions.DEFAULT);

        assertThat(data.rows()).isEqualTo(4);
        assertThat(data.schema().inputCount()).isEqualTo(4);
        assertThat(data.features()).containsExactly(0.5f, 0, 0, -20, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0);
        assertThat(data.schema().classNames()).containsExactly("-1", "1");
        assertThat(data.targets()).containsExactly(1, 0, 0, 1);
    }

    @Test
    void shouldReadForAModelWhateverTheHighestIndex() {
        DataSchema model = DataFiles.read(write(SPARSE), DataOptions.DEFAULT).schema();

        RawData data = DataFiles.read(write("1 2:7"), DataOptions.DEFAULT, model);

        assertThat(data.features()).containsExactly(0, 7, 0, 0);
        assertThat(data.targets()).containsExactly(1);
        assertThat(error("1 5:7\n", model)).contains("expected 4 inputs, found index 5");
        assertThat(error("3 1:7\n", model)).contains("row 1: unknown class \"3\"; the model knows -1, 1");
    }

    @Test
    void shouldNameTheLineOfAnError() {
        assertThat(error("1 1:2\nx 1:2\n", null))
                .isEqualTo("data.svm, line 2: not a label: \"x\"; a line begins with one number");
        assertThat(error("1 1:2\n1,3 1:2\n", null)).contains("line 2: not a label: \"1,3\"");
        for (String bad : new String[] {
            "0:1", "-1:1", "1048577:1", "a:1", "1", "1:", ":1", "1:x", "1:nan", "1:1e39", "99999999999999999999:1"
        }) {
            assertThat(error("1 1:2\n1 1:2 " + bad + "\n", null)).startsWith("data.svm, line 2: expected index:value");
        }
        assertThat(error("", null)).contains("no samples with values in it");
    }

    @Test
    void shouldRefuseWhatWouldTakeFarMoreMemoryThanTheFile() {
        StringBuilder lines = new StringBuilder();
        for (int row = 0; row < 1000; row++) {
            lines.append("1 1000000:1\n");
        }
        assertThat(error(lines.toString(), null))
                .startsWith(
                        "data.svm: too sparse to be kept with its zeros: 1000 rows of 1000000 columns in 12000 bytes");
    }

    private String error(String content, DataSchema model) {
        String file = write(content);
        try {
            if (model == null) {
                DataFiles.read(file, DataOptions.DEFAULT);
            } else {
                DataFiles.read(file, DataOptions.DEFAULT, model);
            }
        } catch (InputException e) {
            assertThat(e.getMessage().lines()).hasSize(1);
            return e.getMessage().replace(directory + "/", "");
        }
        throw new AssertionError("expected an InputException");
    }

    private String write(String content) {
        try {
            return Files.writeString(directory.resolve("data.svm"), content).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
