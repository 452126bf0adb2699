package dev.tutti.kernel;

/**
 * Independent chains of fused multiply-adds in registers, without memory: the most arithmetic that one thread can do.
 */
public final class MultiplyAdds {
    private static final int CHAINS = 8;

    private MultiplyAdds() {}

    /**
     * Lengthens each chain {@code repeats} times, in vectors where the kernel uses them.
     *
     * @return number of operations done; a fused multiply-add is two
     */
    public static double run(long repeats) {
        return Kernels.usesVectors() ? VectorMultiplyAdds.run(repeats) : scalar(repeats);
    }

    private static double scalar(long repeats) {
        float a = 1;
        float b = 2;
        float c = 3;
        float d = 4;
        float e = 5;
        float f = 6;
        float g = 7;
        float h = 8;
        for (long i = 0; i < repeats; i++) {
            a = Math.fma(a, 0.999f, 0.1f);
            b = Math.fma(b, 0.999f, 0.1f);
            c = Math.fma(c, 0.999f, 0.1f);
            d = Math.fma(d, 0.999f, 0.1f);
            e = Math.fma(e, 0.999f, 0.1f);
            f = Math.fma(f, 0.999f, 0.1f);
            g = Math.fma(g, 0.999f, 0.1f);
            h = Math.fma(h, 0.999f, 0.1f);
        }
        // What is not used is not computed.
        return 2.0 * CHAINS * repeats + 0 * (a + b + c + d + e + f + g + h);
    }
}
