package dev.tutti.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.files.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetFileTest {
    @TempDir
    private Path directory;

    /** More than a chunk, and with numbers whose bits matter. */
    @Test
    void shouldBringBackWhatWasWritten() {
        Dataset data = data(9_000, 3, 2);
        data.features()[5] = -0f;
        data.features()[6] = Float.intBitsToFloat(0x7fc12345);
        String fingerprint = Fingerprint.sha256(data);

        assertThat(DatasetFile.read(directory, fingerprint)).isEmpty();
        DatasetFile.write(directory.resolve("new"), fingerprint, data);
        Dataset found = DatasetFile.read(directory.resolve("new"), fingerprint).orElseThrow();

        assertThat(found.samples()).isEqualTo(9_000);
        assertThat(found.featureCount()).isEqualTo(3);
        assertThat(found.targetCount()).isEqualTo(2);
        assertThat(Fingerprint.sha256(found)).isEqualTo(fingerprint);
        assertThat(found.targets()).isEqualTo(data.targets());
    }

    @Test
    void shouldBeNamedByItsContent() throws IOException {
        Dataset data = data(7, 2, 1);
        String fingerprint = Fingerprint.sha256(data);
        DatasetFile.write(directory, fingerprint, data);

        assertThat(DatasetFile.in(directory, fingerprint))
                .hasFileName(fingerprint + ".samples")
                .hasDigest("SHA-256", fingerprint);
        assertThat(DatasetFile.isFingerprint(fingerprint)).isTrue();
        assertThat(DatasetFile.isFingerprint("../" + fingerprint.substring(3))).isFalse();
    }

    /** Every byte counts: of the counts, the values, the length. */
    @Test
    void shouldRefuseWhatIsDamaged() throws IOException {
        Dataset data = data(7, 2, 1);
        String fingerprint = Fingerprint.sha256(data);
        DatasetFile.write(directory, fingerprint, data);
        Path file = DatasetFile.in(directory, fingerprint);
        byte[] whole = Files.readAllBytes(file);
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= (byte) (at % 2 == 0 ? 0x80 : 1);
            shouldRefuse(file, damaged, fingerprint);
        }
        shouldRefuse(file, Arrays.copyOf(whole, whole.length - 1), fingerprint);
        shouldRefuse(file, Arrays.copyOf(whole, whole.length + 4), fingerprint);
        shouldRefuse(file, Arrays.copyOf(whole, 5), fingerprint);
        shouldRefuse(file, new byte[0], fingerprint);
    }

    private void shouldRefuse(Path file, byte[] content, String fingerprint) throws IOException {
        Files.write(file, content);
        assertThatThrownBy(() -> DatasetFile.read(directory, fingerprint))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file.toString());
    }

    private static Dataset data(int samples, int features, int targets) {
        Random random = new Random(samples);
        float[] x = new float[samples * features];
        float[] y = new float[samples * targets];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        for (int i = 0; i < y.length; i++) {
            y[i] = random.nextInt(5);
        }
        return new Dataset(x, features, y, targets, samples);
    }
}
