package dev.tutti.kernel;

import dev.tutti.data.Dataset;
import dev.tutti.data.MiniBatch;
import dev.tutti.model.Activation;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.random.Philox;
import dev.tutti.reduce.NodePrecision;
import dev.tutti.reduce.PartialGradient;
import java.util.ArrayList;
import java.util.List;

/**
 * Has the JVM compile the vector kernel, once in the life of a process, on a thread of its own: by using it on made-up
 * samples until it is faster than the scalar kernel. The network that it computes has the activations and the loss of
 * the one that is to be trained, but small layers: the code is the same, and a large network would keep a core busy for
 * many seconds.
 */
final class WarmUp {
    private static final int SAMPLES = 32;
    private static final int SEGMENT = 8;

    /** Samples of all calls, so that the compiled code has seen more than one shape. */
    private static final int[] SAMPLE_COUNTS = {SAMPLES, SAMPLES / 2, SEGMENT};

    /**
     * Most inputs, hidden units of a layer and outputs. Not less, since C2 unrolls a loop by how often it went round:
     * the inner loops are to be compiled for long sums.
     */
    private static final int MAX_INPUTS = 304;

    private static final int MAX_UNITS = 128;
    private static final int MAX_OUTPUTS = 32;

    /** Smaller than for training, so that the loops over terms, rows and columns go round, as with large layers. */
    private static final VectorBlocks BLOCKS = new VectorBlocks(
            192, 8 * VectorLanes.TILE_ROWS, 2 * VectorLanes.TILE_ROWS, 4 * VectorLanes.PANEL * SAMPLES, SAMPLES);

    private static final long GIVE_UP_NS = 20_000_000_000L;

    private static boolean started;
    private static volatile boolean done;

    private final GradientKernel scalar;
    private final GradientKernel vector;
    private final float[] parameters;
    private final Dataset samples;
    private final MiniBatch batch = new MiniBatch();
    private final int[] rows = new int[SAMPLES];
    private final PartialGradient[] node;

    /** @param network the network that is to be trained */
    WarmUp(NetworkSpec network, Dropout dropout, NodePrecision precision) {
        NetworkSpec small = small(network);
        scalar = new ScalarKernel(small, dropout, precision, "warm-up");
        vector = new VectorKernel(small, dropout, precision, SAMPLES, BLOCKS, "warm-up");
        parameters = new float[new ParameterLayout(small).parameterCount()];
        fill(parameters, 0.1f, 0);
        float[] features = new float[SAMPLES * small.inputs()];
        fill(features, 2, 1);
        float[] targets = new float[SAMPLES * small.targetCount()];
        samples = new Dataset(features, small.inputs(), targets, small.targetCount(), SAMPLES);
        node = new PartialGradient[] {new PartialGradient(parameters.length)};
        for (int row = 0; row < rows.length; row++) {
            rows[row] = row;
        }
    }

    /** Whether the vector kernel is compiled, or will not become faster by waiting. */
    static boolean isDone() {
        return done;
    }

    /** Starts, unless that was done before. */
    static synchronized void start(NetworkSpec network, Dropout dropout, NodePrecision precision) {
        if (!started) {
            started = true;
            Thread thread = new Thread(() -> run(network, dropout, precision), "tutti-warm-up");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Returns when the vector kernel is compiled, if there is one: for measurements. */
    static synchronized void finish(NetworkSpec network, Dropout dropout) {
        if (!started && Kernels.usesVectors()) {
            started = true;
            run(network, dropout, NodePrecision.FLOAT32);
        }
    }

    private static void run(NetworkSpec network, Dropout dropout, NodePrecision precision) {
        try {
            WarmUp calls = new WarmUp(network, dropout, precision);
            long endNs = System.nanoTime() + GIVE_UP_NS;
            int faster = 0;
            while (faster < 3 && System.nanoTime() < endNs) {
                faster = calls.vectorIsFaster() ? faster + 1 : 0;
            }
        } finally {
            done = true;
        }
    }

    /** The first layer of each kind of hidden layer and the output layer, cut to the sizes above. */
    private static NetworkSpec small(NetworkSpec network) {
        int last = network.layers() - 1;
        List<Integer> sizes = new ArrayList<>(List.of(Math.min(network.inputs(), MAX_INPUTS)));
        List<Activation> activations = new ArrayList<>();
        for (int layer = 0; layer < last; layer++) {
            if (!activations.contains(network.activation(layer))) {
                activations.add(network.activation(layer));
                sizes.add(Math.min(network.outputs(layer), MAX_UNITS));
            }
        }
        activations.add(network.activation(last));
        sizes.add(Math.min(network.outputs(), MAX_OUTPUTS));
        return new NetworkSpec(sizes, activations, network.loss(), network.lossParameter());
    }

    /** The network that is computed. */
    NetworkSpec network() {
        return vector.network();
    }

    private boolean vectorIsFaster() {
        long vectorNs = time(vector);
        return vectorNs < time(scalar);
    }

    private long time(GradientKernel kernel) {
        long startNs = System.nanoTime();
        for (int count : SAMPLE_COUNTS) {
            node[0].reset(0, count / SEGMENT);
            batch.wrap(samples, rows, 0, count).inEpoch(1, 0);
            kernel.gradients(parameters, batch, SEGMENT, node, 1);
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
