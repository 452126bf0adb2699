package dev.tutti.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.app.run.PreparedRun;
import dev.tutti.config.TrainingSettings;
import dev.tutti.data.EpochOrder;
import dev.tutti.data.MiniBatch;
import dev.tutti.kernel.GradientKernel;
import dev.tutti.model.WeightsHash;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.TreeSum;
import dev.tutti.train.ReferenceTrainer;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The numbers in docs/one-step.md are those that the classes compute. */
class OneStepTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "one-step.md");

    private final TrainingJob job = PreparedRun.of(TrainingSettings.read(
                    Map.of(
                            "data",
                            "xor",
                            "hidden",
                            "2",
                            "activation",
                            "tanh",
                            "batch",
                            "4",
                            "segment",
                            "2",
                            "scale",
                            "none",
                            "validation",
                            "0",
                            "epochs",
                            "1",
                            "lr",
                            "0.5"),
                    Optional.empty()))
            .job();
    private final TrainingSpec spec = job.spec();
    private final GradientKernel kernel = spec.newKernel(4);
    private final int[] order = new int[spec.samples()];
    private String document;

    @BeforeEach
    void read() throws IOException {
        document = Files.readString(DOCUMENT);
        EpochOrder.fill(order, spec.seed(), 1, spec.shuffle());
    }

    @Test
    void shouldShowTheOrderOfTheEpoch() {
        List<String> samples = new ArrayList<>();
        for (int place = 0; place < order.length; place++) {
            int row = order[place];
            float[] x = job.training().features();
            samples.add(String.format(
                    Locale.ROOT,
                    "%d    %d    %.0f %.0f    %.0f    %d",
                    place,
                    row,
                    x[2 * row],
                    x[2 * row + 1],
                    job.training().targets()[row],
                    place / spec.segmentSize()));
        }

        assertThat(document).contains(String.join("\n", samples));
    }

    @Test
    void shouldShowTheInitialParameters() {
        assertThat(document).contains("w      " + row(job.initialParameters()));
    }

    @Test
    void shouldShowOutputsAndGradientsOfTheSamples() {
        float[] outputs = new float[4];
        kernel.outputs(job.initialParameters(), batch(0, 4), outputs);
        for (int place = 0; place < 4; place++) {
            float[] gradient = new float[9];
            kernel.sampleGradient(job.initialParameters(), batch(0, 4), place, gradient);

            assertThat(document)
                    .contains(String.format(
                            Locale.ROOT,
                            "%d    %.4f    %.0f    %+.4f",
                            place,
                            outputs[place],
                            job.training().targets()[order[place]],
                            gradient[8]))
                    .contains("grad " + place + " " + row(gradient));
        }
    }

    @Test
    void shouldShowTheSumsTheMeanAndTheUpdate() throws InterruptedException {
        PartialGradient left = segment(0);
        PartialGradient right = segment(1);
        assertThat(document).contains("g0     " + row(left.gradient()), "g1     " + row(right.gradient()));

        TreeSum sum = new TreeSum(node -> {});
        sum.begin(2);
        sum.add(right);
        sum.add(left);
        float[] root = sum.nodeAt(0).gradient();
        assertThat(sum.isComplete()).isTrue();
        assertThat(document)
                .contains("g0+g1  " + row(root))
                .contains(String.format(
                        Locale.ROOT,
                        "loss %.4f",
                        sum.nodeAt(0).lossSum() / sum.nodeAt(0).weightSum()));

        float[] mean = new float[9];
        for (int i = 0; i < 9; i++) {
            mean[i] = root[i] / 4;
        }
        float[] trained = ReferenceTrainer.train(job, new TrainingListener() {}).parameters();
        assertThat(document)
                .contains("mean   " + row(mean), "new w  " + row(trained))
                .contains(WeightsHash.sha256(spec.network(), trained));
        for (int i = 0; i < 9; i++) {
            assertThat(trained[i]).isEqualTo(Math.fma(-0.5f, mean[i], job.initialParameters()[i]));
        }
    }

    private PartialGradient segment(int segment) {
        PartialGradient node = new PartialGradient(9).reset(segment, 1);
        kernel.gradients(job.initialParameters(), batch(2 * segment, 2), 2, new PartialGradient[] {node}, 1);
        return node;
    }

    private MiniBatch batch(int from, int count) {
        return new MiniBatch().wrap(job.training(), order, from, count).inEpoch(1, from);
    }

    private static String row(float[] values) {
        return IntStream.range(0, values.length)
                .mapToObj(i -> String.format(Locale.ROOT, "%+.4f", values[i]))
                .collect(Collectors.joining(" "));
    }
}
