package dev.tutti.kernel;

import dev.tutti.files.InputException;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.reduce.NodePrecision;
import dev.tutti.reduce.VectorSum;

/**
 * Chooses the code that computes gradients, at start: {@code -Dtutti.kernel=scalar|vector|auto} (default {@code auto}:
 * vector where the Vector API is there) and {@code -Dtutti.kernel.bits=128|256|512} (default: what the machine has).
 */
public final class Kernels {
    /** System property with the kernel to use. */
    public static final String KERNEL_PROPERTY = "tutti.kernel";
    /** System property with the width of vectors in bits. */
    public static final String BITS_PROPERTY = "tutti.kernel.bits";

    private static final String MODULE = "jdk.incubator.vector";

    private Kernels() {}

    /** Creates a kernel without dropout. See {@link #create(NetworkSpec, Dropout, NodePrecision, int)}. */
    public static GradientKernel create(NetworkSpec network, int maxSamples) {
        return create(network, Dropout.NONE, NodePrecision.FLOAT32, maxSamples);
    }

    /**
     * Creates a kernel; one for each thread.
     *
     * @param network the network to compute
     * @param dropout of hidden units, when gradients are computed
     * @param precision to what the sums of segments are rounded
     * @param maxSamples number of samples of most calls; more are allowed and are worked on in blocks
     * @throws InputException if a system property is wrong, or asks for what this JVM does not have
     */
    public static GradientKernel create(NetworkSpec network, Dropout dropout, NodePrecision precision, int maxSamples) {
        if (!usesVectors()) {
            return createReference(network, dropout, precision);
        }
        GradientKernel vector = new VectorKernel(network, dropout, precision, maxSamples, description());
        if (WarmUp.isDone() || "vector".equals(System.getProperty(KERNEL_PROPERTY))) {
            return vector;
        }
        return new WarmingKernel(
                createReference(network, dropout, precision),
                vector,
                new ParameterLayout(network).parameterCount(),
                () -> WarmUp.start(network, dropout, precision));
    }

    /** Creates the scalar reference, without dropout: the same bits as any other, ready at once. */
    public static GradientKernel scalar(NetworkSpec network) {
        return scalar(network, Dropout.NONE);
    }

    /** Creates the scalar reference: the same bits as any other, ready at once. */
    public static GradientKernel scalar(NetworkSpec network, Dropout dropout) {
        return new ScalarKernel(network, dropout, "scalar, asked for");
    }

    /** Creates the kernel that {@link #create} comes to once the code is compiled, for measurements and tests. */
    public static GradientKernel createWarm(NetworkSpec network, Dropout dropout, int maxSamples) {
        return usesVectors()
                ? new VectorKernel(network, dropout, NodePrecision.FLOAT32, maxSamples, description())
                : createReference(network, dropout);
    }

    /** Creates the kernel that defines the bits. */
    public static GradientKernel createReference(NetworkSpec network, Dropout dropout) {
        return createReference(network, dropout, NodePrecision.FLOAT32);
    }

    private static GradientKernel createReference(NetworkSpec network, Dropout dropout, NodePrecision precision) {
        return new ScalarKernel(network, dropout, precision, description());
    }

    /**
     * Adds nodes of the summation tree as {@code precision} says, and to the same bits: rounding by vectors, as soon as the kernels'
     * code for them is compiled.
     */
    public static VectorSum sum(NodePrecision precision) {
        if (precision == NodePrecision.FLOAT32 || !usesVectors()) {
            return precision;
        }
        return (sum, values) -> {
            if (WarmUp.isDone()) {
                VectorRows.addRounded(sum, 0, values, 0, sum.length);
            } else {
                precision.add(sum, values);
            }
        };
    }

    /** Returns when the code is compiled that computes networks such as this: for measurements. */
    public static void warmUp(NetworkSpec network, Dropout dropout) {
        WarmUp.finish(network, dropout);
    }

    /** Width of the vectors in use, in bits; 32 for the scalar kernel. */
    public static int vectorBits() {
        return usesVectors() ? VectorLanes.bits() : Float.SIZE;
    }

    /** Says which code is used and why, for example {@code vector 512 bits (AVX-512), JDK 25}. */
    public static String description() {
        String jdk = "JDK " + Runtime.version().feature();
        if (usesVectors()) {
            int bits = VectorLanes.bits();
            String forced = Integer.getInteger(BITS_PROPERTY) == null ? "" : ", forced by -D" + BITS_PROPERTY;
            return "vector " + bits + " bits (" + instructions(bits) + "), " + jdk + forced;
        }
        String reason = "scalar".equals(System.getProperty(KERNEL_PROPERTY))
                ? "forced by -D" + KERNEL_PROPERTY
                : "slow: module " + MODULE + " is missing, start Java with --add-modules " + MODULE;
        return "scalar, " + jdk + ", " + reason;
    }

    /** Tells whether kernels use the Vector API. */
    public static boolean usesVectors() {
        String wanted = System.getProperty(KERNEL_PROPERTY, "auto");
        checkBits();
        return switch (wanted) {
            case "scalar" -> false;
            case "auto" -> hasModule();
            case "vector" -> {
                if (!hasModule()) {
                    throw new InputException("-D" + KERNEL_PROPERTY + "=vector: module " + MODULE
                            + " is missing; start Java with --add-modules " + MODULE);
                }
                yield true;
            }
            default ->
                throw new InputException(
                        "-D" + KERNEL_PROPERTY + " out of range: " + wanted + ", allowed: scalar, vector, auto");
        };
    }

    private static void checkBits() {
        String bits = System.getProperty(BITS_PROPERTY);
        if (bits != null && !bits.equals("128") && !bits.equals("256") && !bits.equals("512")) {
            throw new InputException("-D" + BITS_PROPERTY + " out of range: " + bits + ", allowed: 128, 256, 512");
        }
    }

    private static boolean hasModule() {
        return ModuleLayer.boot().findModule(MODULE).isPresent();
    }

    private static String instructions(int bits) {
        if (System.getProperty("os.arch").equals("aarch64")) {
            return bits == 128 ? "NEON" : "SVE";
        }
        return switch (bits) {
            case 512 -> "AVX-512";
            case 256 -> "AVX2";
            default -> "SSE";
        };
    }
}
