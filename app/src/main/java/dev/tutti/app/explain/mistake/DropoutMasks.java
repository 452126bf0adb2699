package dev.tutti.app.explain.mistake;

import dev.tutti.app.explain.step.Problem;
import dev.tutti.app.explain.step.Sample;
import dev.tutti.kernel.Dropout;
import dev.tutti.kernel.GradientKernel;
import dev.tutti.kernel.Kernels;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Which hidden units the kernel drops, seen in its gradients: a dropped unit has none. */
final class DropoutMasks {
    private static final int UNITS = 8;
    private static final NetworkSpec NETWORK = new NetworkSpec(
            List.of(1, UNITS, 1), List.of(Activation.IDENTITY, Activation.IDENTITY), Loss.SQUARED_ERROR);

    private DropoutMasks() {}

    /** Masks of the first samples of epoch 1: by the place in the epoch. */
    static List<String> ours(int samples) {
        List<String> masks = new ArrayList<>();
        for (int place = 0; place < samples; place++) {
            masks.add(mask(place));
        }
        return masks;
    }

    /** What they would be if each worker counted its own samples from 0. */
    static List<String> eachWorkerFromItsStart(int samples, int workers) {
        List<String> masks = new ArrayList<>();
        for (int place = 0; place < samples; place++) {
            masks.add(mask(place % (samples / workers)));
        }
        return masks;
    }

    private static String mask(int place) {
        float[] parameters = new float[3 * UNITS + 1];
        Arrays.fill(parameters, 1);
        Problem problem = new Problem(
                "masks",
                "",
                NETWORK,
                parameters,
                .1f,
                List.of(new Sample(0, new float[] {1}, new float[] {-1}, "ours")),
                List.of(),
                List.of());
        GradientKernel kernel = Kernels.scalar(NETWORK, new Dropout(.5f, 1));
        float[] gradient = new float[parameters.length];
        kernel.sampleGradient(parameters, problem.miniBatch().inEpoch(1, place), 0, gradient);
        StringBuilder mask = new StringBuilder();
        for (int unit = 0; unit < UNITS; unit++) {
            mask.append(gradient[unit] == 0 ? '0' : '1');
        }
        return mask.toString();
    }
}
