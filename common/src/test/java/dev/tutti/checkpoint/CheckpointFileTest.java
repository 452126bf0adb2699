package dev.tutti.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tutti.data.Fingerprint;
import dev.tutti.files.FileOperations;
import dev.tutti.files.InputException;
import dev.tutti.files.SafetensorsFile;
import dev.tutti.files.Sha256;
import dev.tutti.files.StrictJson;
import dev.tutti.savedmodel.ModelFile;
import dev.tutti.train.TestJobs;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingSpec;
import dev.tutti.train.TrainingState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFileTest {
    private static final String CONFIG = "data = \"x\"\nsha256 = \"" + "0".repeat(64) + "\"\n";

    @TempDir
    private Path directory;

    private final TrainingJob job = TestJobs.job(0.9f);
    private final RunIdentity run = RunIdentity.of(job, CONFIG);
    private TrainingState state;
    private Path file;

    @BeforeEach
    void write() throws InterruptedException {
        state = TestJobs.states(job).get(6);
        file = directory.resolve("one.safetensors");
        CheckpointFile.write(FileOperations.SYSTEM, file, run, state);
    }

    @Test
    void shouldReadWhatWasWritten() {
        Checkpoint read = CheckpointFile.read(file);

        read.requireMatch(run);
        assertThat(read.state().position()).isEqualTo(state.position());
        assertThat(read.state().lastEpoch()).isEqualTo(state.lastEpoch());
        assertThat(read.state().parameters()).isEqualTo(state.parameters());
        assertThat(read.state().optimizer()).containsOnlyKeys("velocity");
        assertThat(read.state().optimizer().get("velocity"))
                .isEqualTo(state.optimizer().get("velocity"));
    }

    @Test
    void shouldWriteTheSameBytesForTheSameState() {
        Path other = directory.resolve("other.safetensors");
        CheckpointFile.write(FileOperations.SYSTEM, other, run, state);

        assertThat(other).hasSameBinaryContentAs(file);
    }

    @Test
    void shouldServeAsInitialWeights() {
        assertThat(ModelFile.readParameters(file, job.spec().network())).isEqualTo(state.parameters());
    }

    @Test
    void shouldRefuseEveryMutant() throws IOException {
        byte[] intact = Files.readAllBytes(file);
        long seed = 11;
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            byte[] bytes = intact.clone();
            int at = random.nextInt(bytes.length);
            switch (round % 4) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes = Arrays.copyOf(bytes, at);
                case 2 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(9));
                default -> Arrays.fill(bytes, at, bytes.length, (byte) 0);
            }
            if (Arrays.equals(bytes, intact)) {
                continue;
            }
            Files.write(file, bytes);
            assertThatThrownBy(() -> CheckpointFile.read(file))
                    .as("seed %s, round %s, byte %s", seed, round, at)
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith(file.toString())
                    .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
        }
    }

    @Test
    void shouldRefuseEveryCut() throws IOException {
        byte[] intact = Files.readAllBytes(file);
        for (int length = 0; length < intact.length; length += 37) {
            Files.write(file, Arrays.copyOf(intact, length));
            assertThatThrownBy(() -> CheckpointFile.read(file))
                    .as("length %s", length)
                    .isInstanceOf(InputException.class);
        }
    }

    @Test
    void shouldRefuseAnotherVersion() throws IOException {
        forge("\\\"formatVersion\\\":2", "\\\"formatVersion\\\":3");

        assertThatThrownBy(() -> CheckpointFile.read(file))
                .isInstanceOf(CheckpointFile.OtherVersionException.class)
                .hasMessageContaining("expected format version 1 to 2, found 3");
    }

    /** A column of metrics that is not known any more, and one that was not yet: neither is a reason to lose a run. */
    @Test
    void shouldReadMetricsOfOtherColumns() throws IOException {
        forge("\\\"trainLoss\\\":", "\\\"brainLoss\\\":");

        Checkpoint read = CheckpointFile.read(file);

        read.requireMatch(run);
        assertThat(read.state().lastEpoch().trainLoss()).isNaN();
        assertThat(read.state().lastEpoch().validationLoss())
                .isEqualTo(state.lastEpoch().validationLoss());
        assertThat(read.state().lastEpoch().steps()).isEqualTo(5);
    }

    /** Earlier versions kept a segment above the batch as it was given. */
    @Test
    void shouldTakeASegmentAboveTheBatchForTheBatch() throws IOException {
        TrainingSpec spec = job.spec();
        TrainingSpec large = new TrainingSpec(
                spec.network(),
                spec.optimizer(),
                spec.epochs(),
                spec.batchSize(),
                9,
                spec.sync(),
                spec.seed(),
                spec.shuffle(),
                spec.dropout(),
                spec.samples());
        RunIdentity other = new RunIdentity(large, run.trainingSha256(), run.validationSha256(), CONFIG);
        CheckpointFile.write(FileOperations.SYSTEM, file, other, state);
        forge("\\\"segmentSize\\\":5", "\\\"segmentSize\\\":9");

        CheckpointFile.read(file).requireMatch(other);
    }

    /** Earlier versions knew no rounding, and did not say so. */
    @Test
    void shouldTakeACheckpointThatSaysNothingOfRoundingForOneWithout() throws IOException {
        forge("\\\"wire\\\":\\\"float32\\\",", " ".repeat(21));

        CheckpointFile.read(file).requireMatch(run);
    }

    @Test
    void shouldRefuseAnotherKeyInThePosition() throws IOException {
        forge("\\\"lossSum\\\":", "\\\"mossSum\\\":");

        assertThatThrownBy(() -> CheckpointFile.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("not a checkpoint: ");
    }

    @Test
    void shouldRefuseAPositionThatCannotBe() throws IOException {
        forge("\\\"stepInEpoch\\\":2", "\\\"stepInEpoch\\\":9");

        assertThatThrownBy(() -> CheckpointFile.read(file).requireMatch(run))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("its position does not fit the run");
    }

    @Test
    void shouldRefuseAModel() throws IOException {
        byte[] bytes = SafetensorsFile.header(Map.of("a", "b"), List.of());
        Files.write(file, bytes);

        assertThatThrownBy(() -> CheckpointFile.read(file))
                .hasMessageContaining("not a checkpoint: it has no checksum");
    }

    @Test
    void shouldRefuseToServeAnotherRun() {
        Checkpoint read = CheckpointFile.read(file);

        assertThatThrownBy(() -> read.requireMatch(RunIdentity.of(TestJobs.job(0.9f, 3, 8), CONFIG)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("a checkpoint of another run: network: expected [4,8,3]")
                .hasMessageContaining(", found [4,7,3]");
        assertThatThrownBy(() -> read.requireMatch(RunIdentity.of(TestJobs.job(0.5f), CONFIG)))
                .hasMessageContaining(
                        "optimizer: expected {\"kind\":\"sgd\",\"learningRate\":0.1,\"momentum\":0.5}, found")
                .hasMessageContaining("0.9");
        assertThatThrownBy(() -> read.requireMatch(new RunIdentity(run.spec(), "abc", run.validationSha256(), CONFIG)))
                .hasMessageContaining(
                        "fingerprint of the training data: expected abc, found " + Fingerprint.sha256(job.training()));
        read.requireMatch(RunIdentity.of(TestJobs.job(0.9f, 8, 7), CONFIG));
    }

    /** Changes the header and makes the checksum right again. */
    private void forge(String from, String to) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int headerLength =
                (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        String header = new String(bytes, 8, headerLength, StandardCharsets.ISO_8859_1);
        assertThat(header).contains(from);
        ObjectNode json = (ObjectNode) StrictJson.MAPPER.readTree(header);
        String sum = json.get("__metadata__").get("sha256").textValue();
        byte[] forged = header.replace(from, to).replace(sum, "0".repeat(64)).getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(forged, 0, bytes, 8, headerLength);
        MessageDigest digest = Sha256.newDigest();
        byte[] right = new String(forged, StandardCharsets.ISO_8859_1)
                .replaceFirst("0{64}", HexFormat.of().formatHex(digest.digest(bytes)))
                .getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(right, 0, bytes, 8, headerLength);
        Files.write(file, bytes);
    }
}
