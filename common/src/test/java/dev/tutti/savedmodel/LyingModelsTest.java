package dev.tutti.savedmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.tutti.files.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models that say they are larger than they are: refused in one line, before there is memory for what they say. */
class LyingModelsTest {
    private static final int ROUNDS = 400;
    /** What reading a small model and telling of an error may take, however large it says it is. */
    private static final long MOST_BYTES = 8 << 20;

    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final List<String> LIES = List.of(
            "0",
            "1",
            "-1",
            "3",
            "46340",
            "65536",
            "16777216",
            "1073741824",
            "2147483647",
            "2147483648",
            "4611686018427387904",
            "9223372036854775807",
            "99999999999999999999",
            "1e9",
            "1.5",
            "null",
            "[]");

    @TempDir
    Path directory;

    private Path file;
    private String header;
    private byte[] data;

    @BeforeEach
    void writeModel() throws IOException {
        file = directory.resolve("model.safetensors");
        ModelFile.write(file, ModelFileTest.irisModel());
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] text = new byte[(int) bytes.getLong()];
        bytes.get(text);
        header = new String(text, StandardCharsets.UTF_8);
        data = new byte[bytes.remaining()];
        bytes.get(data);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[4,5,3]|[4,16777216,3]|tensor layers.0.weight: expected shape [16777216, 4] for network 4-16777216-3",
                "[4,5,3]|[4,2147483647,3]|layer size out of range: [4, 2147483647, 3], allowed: 1 to 16777216",
                "[4,5,3]|[16777216,16777216,3]|network too large: parameters=281475043819523",
                "\"shape\":[5,4]|\"shape\":[1073741824,1073741824]|tensor layers.0.weight",
                "\"shape\":[5,4]|\"shape\":[9223372036854775807,4]|tensor layers.0.weight",
                "[0,80]|[0,9223372036854775807]|layers.0.weight",
                "[0,80]|[0,8589934592]|layers.0.weight",
                "\"inputCount\\\":4|\"inputCount\\\":2147483647|inputs",
            })
    void shouldRefuseWhatIsNotThere(String part, String lie, String message) throws IOException {
        assertThat(header).contains(part);
        write(header.replace(part, lie));

        long before = allocated();
        assertThatThrownBy(() -> ModelFile.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(message)
                .extracting(Throwable::getMessage)
                .asString()
                .doesNotContain("\n");
        assertThat(allocated() - before).isLessThan(MOST_BYTES);
    }

    /** Any number of the header, replaced by one that is wrong, or by none. */
    @Test
    void shouldReadOrRefuseWhateverNumbersSay() throws IOException {
        List<MatchResult> numbers = NUMBER.matcher(header).results().toList();
        Random random = new Random(11);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            MatchResult number = numbers.get(random.nextInt(numbers.size()));
            String lie = LIES.get(random.nextInt(LIES.size()));
            write(header.substring(0, number.start()) + lie + header.substring(number.end()));
            long before = allocated();
            try {
                ModelFile.read(file);
                ModelFile.readParameters(file, ModelFileTest.irisModel().network());
            } catch (InputException e) {
                refused++;
                assertThat(e.getMessage().lines()).as("round %s", round).hasSize(1);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed 11, round " + round + ", " + lie + " at " + number.start(), e);
            }
            assertThat(allocated() - before)
                    .as("seed 11, round %s, %s at %s", round, lie, number.start())
                    .isLessThan(MOST_BYTES);
        }
        assertThat(refused).isGreaterThan(ROUNDS / 4);
    }

    /** Wherever the file ends. */
    @Test
    void shouldRefuseAModelThatIsCut() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        List<Integer> taken = new ArrayList<>();
        for (int length = 0; length < whole.length; length += 1 + length % 7) {
            Files.write(file, Arrays.copyOf(whole, length));
            try {
                ModelFile.read(file);
                taken.add(length);
            } catch (InputException e) {
                assertThat(e.getMessage().lines()).hasSize(1);
            }
        }
        assertThat(taken).isEmpty();
    }

    private void write(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(bytes.length)
                .array());
        out.write(bytes);
        out.write(data);
        Files.write(file, out.toByteArray());
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
