package dev.tutti.savedmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.data.DataFiles;
import dev.tutti.data.DataOptions;
import dev.tutti.data.DataSchema;
import dev.tutti.data.Dataset;
import dev.tutti.data.Fingerprint;
import dev.tutti.data.MiniBatch;
import dev.tutti.data.PreparedData;
import dev.tutti.data.Preprocessing;
import dev.tutti.data.RawData;
import dev.tutti.data.Scale;
import dev.tutti.kernel.Kernels;
import dev.tutti.model.Loss;
import dev.tutti.model.WeightsHash;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Models written by version 0.1 stay readable and say the same. {@code houses-0.1.safetensors} was written by
 * {@code tutti train houses.csv --hidden 3 --epochs 20 --batch 4 --segment 2 --seed 7}, the numbers below by its {@code predict}.
 */
class OlderModelTest {
    private static final float[] PREDICTED = {
        120.79952f,
        150.76613f,
        153.24606f,
        212.63399f,
        263.78833f,
        112.11204f,
        69.15172f,
        217.46913f,
        154.26663f,
        258.9532f
    };

    private final ModelFile.Model model = ModelFile.read(resource("houses-0.1.safetensors"));
    private final Preprocessing preprocessing = model.preprocessing();
    private final DataSchema schema = preprocessing.schema();

    @Test
    void shouldPredictAsBefore() {
        assertThat(WeightsHash.sha256(model.network(), model.parameters()))
                .isEqualTo("f91557aa8c70f318d6eeb178a14a08274a6b82738ae306c9bd5b8bd2b51c77cc");
        RawData data = DataFiles.read(resource("houses.csv").toString(), DataOptions.DEFAULT, schema);
        Dataset samples = preprocessing.apply(data, Loss.SQUARED_ERROR);
        float[] outputs = new float[samples.samples()];
        int[] rows = IntStream.range(0, samples.samples()).toArray();
        Kernels.create(model.network(), rows.length)
                .outputs(model.parameters(), new MiniBatch().wrap(samples, rows, 0, rows.length), outputs);
        for (int row : rows) {
            assertThat(preprocessing.unscaleTarget(outputs[row]))
                    .as("row %s", row)
                    .isEqualTo(PREDICTED[row]);
        }
    }

    @Test
    void shouldFindTheRowsThatWereHeldOut() {
        RawData data = DataFiles.read(resource("houses.csv").toString(), DataOptions.DEFAULT, schema);
        assertThat(preprocessing.split().heldOutRows(data)).containsExactly(4, 7);
    }

    @Test
    void shouldPrepareTheDataAsBefore() {
        RawData data = DataFiles.read(resource("houses.csv").toString(), DataOptions.DEFAULT);
        assertThat(data.sha256()).isEqualTo(preprocessing.split().dataSha256());
        PreparedData prepared = PreparedData.of(data, Loss.SQUARED_ERROR, Scale.STANDARDIZE, 0.2, 7);
        assertThat(prepared.preprocessing().inputShift()).isEqualTo(preprocessing.inputShift());
        assertThat(prepared.preprocessing().targetFactor()).isEqualTo(preprocessing.targetFactor());
        assertThat(Fingerprint.sha256(prepared.training()))
                .as("as the checkpoints of that run say")
                .isEqualTo("c2f8254305a7a7e5da81f5fecc0b4f0de3494c08d2a95bf2734d9d519e97d7c9");
    }

    private static Path resource(String name) {
        try {
            return Path.of(OlderModelTest.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(name, e);
        }
    }
}
