package dev.tutti.worker.actor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.data.Dataset;
import dev.tutti.data.DatasetFile;
import dev.tutti.data.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class TrainingSetsTest {
    private static final Dataset DATA = new Dataset(new float[] {1, 2, 3, 4}, 2, new float[] {0, 1}, 1, 2);
    private static final String FINGERPRINT = Fingerprint.sha256(DATA);

    @TempDir
    private Path directory;

    @Test
    @Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldFindWhatAnotherProcessWasSent() throws InterruptedException {
        new TrainingSets(Optional.of(directory)).put(FINGERPRINT, DATA);
        while (!Files.exists(DatasetFile.in(directory, FINGERPRINT))) {
            Thread.sleep(1);
        }

        TrainingSets other = new TrainingSets(Optional.of(directory));

        assertThat(other.get(FINGERPRINT).features()).isEqualTo(DATA.features());
        assertThat(other.get(FINGERPRINT)).as("read once").isSameAs(other.get(FINGERPRINT));
        assertThat(other.get("0".repeat(64))).isNull();
        assertThat(other.get("the name of something else")).isNull();
    }

    @Test
    void shouldHaveItSentWhereTheFileIsDamaged() throws IOException {
        Files.write(DatasetFile.in(directory, FINGERPRINT), new byte[100]);
        TrainingSets sets = new TrainingSets(Optional.of(directory));

        assertThat(sets.get(FINGERPRINT)).isNull();
        sets.put(FINGERPRINT, DATA);
        assertThat(sets.get(FINGERPRINT)).isSameAs(DATA);
    }

    @Test
    void shouldKeepNothingOnDiskUnlessAsked() {
        TrainingSets sets = new TrainingSets();
        sets.put(FINGERPRINT, DATA);

        assertThat(sets.get(FINGERPRINT)).isSameAs(DATA);
        assertThat(new TrainingSets().get(FINGERPRINT)).isNull();
        assertThat(directory).isEmptyDirectory();
    }
}
