package dev.tutti.kernel;

import dev.tutti.data.Dataset;
import dev.tutti.data.MiniBatch;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.random.Philox;
import dev.tutti.reduce.PartialGradient;

/**
 * Has the JVM compile the vector kernel, once in the life of a process, on a thread of its own: by using it on made-up samples
 * until it is faster than the scalar kernel.
 */
final class WarmUp {
    static final int SAMPLES = 32;
    private static final int SEGMENT = 8;

    /** Samples of all calls, so that the compiled code has seen more than one shape. */
    private static final int[] SAMPLE_COUNTS = {SAMPLES, SAMPLES / 2, SEGMENT};

    private static final long GIVE_UP_NS = 20_000_000_000L;

    private static boolean started;
    private static volatile boolean done;

    private WarmUp() {}

    /** Whether the vector kernel is compiled, or will not become faster by waiting. */
    static boolean isDone() {
        return done;
    }

    /** Starts, unless that was done before. */
    static synchronized void start(NetworkSpec network, GradientKernel scalar, GradientKernel vector) {
        if (!started) {
            started = true;
            Thread thread = new Thread(() -> run(network, scalar, vector), "tutti-warm-up");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Returns when the vector kernel is compiled, if there is one: for measurements. */
    static synchronized void finish(NetworkSpec network) {
        if (!started && Kernels.usesVectors()) {
            started = true;
            run(network, new ScalarKernel(network, "warm-up"), new VectorKernel(network, SAMPLES, "warm-up"));
        }
    }

    private static void run(NetworkSpec network, GradientKernel scalar, GradientKernel vector) {
        try {
            Calls calls = new Calls(network);
            long endNs = System.nanoTime() + GIVE_UP_NS;
            int faster = 0;
            while (faster < 3 && System.nanoTime() < endNs) {
                long vectorNs = calls.time(vector);
                faster = vectorNs < calls.time(scalar) ? faster + 1 : 0;
            }
        } finally {
            done = true;
        }
    }

    /** Calls of a kernel on made-up samples. */
    private static final class Calls {
        private final float[] parameters;
        private final Dataset samples;
        private final MiniBatch batch = new MiniBatch();
        private final int[] rows = new int[SAMPLES];
        private final PartialGradient[] node;

        Calls(NetworkSpec network) {
            parameters = new float[new ParameterLayout(network).parameterCount()];
            fill(parameters, 0.1f, 0);
            float[] features = new float[SAMPLES * network.inputs()];
            fill(features, 2, 1);
            samples = new Dataset(
                    features,
                    network.inputs(),
                    new float[SAMPLES * network.targetCount()],
                    network.targetCount(),
                    SAMPLES);
            node = new PartialGradient[] {new PartialGradient(parameters.length)};
            for (int row = 0; row < rows.length; row++) {
                rows[row] = row;
            }
        }

        long time(GradientKernel kernel) {
            long startNs = System.nanoTime();
            for (int count : SAMPLE_COUNTS) {
                node[0].reset(0, count / SEGMENT);
                kernel.gradients(parameters, batch.wrap(samples, rows, 0, count), SEGMENT, node, 1);
                kernel.evaluate(parameters, batch, SEGMENT, node[0]);
            }
            return System.nanoTime() - startNs;
        }

        private static void fill(float[] values, float width, int stream) {
            for (int i = 0; i < values.length; i++) {
                values[i] = width * (Philox.uniform(0, Philox.Purpose.NOISE, stream, i) - 0.5f);
            }
        }
    }
}
