package dev.tutti.model;

import dev.tutti.random.Philox;
import java.util.Arrays;

/**
 * The weights that training begins with. Each is a function of (seed, its index in the parameter block) alone, to the bit: the
 * functions of {@link StrictMath} are specified exactly.
 */
public final class InitialWeights {
    private static final double NORMAL_DEVIATION = 0.01;

    private InitialWeights() {}

    /**
     * Draws the parameters of a network. Biases are 0, except with {@link Initialization#CONSTANT}.
     *
     * @param network the network
     * @param initialization how to draw
     * @param constant value of every parameter with {@link Initialization#CONSTANT}; not looked at otherwise
     * @param seed of the run
     * @return the parameters, in the layout of {@link ParameterLayout}
     */
    public static float[] create(NetworkSpec network, Initialization initialization, float constant, long seed) {
        ParameterLayout layout = new ParameterLayout(network);
        float[] parameters = new float[layout.parameterCount()];
        if (initialization == Initialization.CONSTANT) {
            Arrays.fill(parameters, constant);
            return parameters;
        }
        for (int layer = 0; layer < network.layers(); layer++) {
            double inputs = network.inputs(layer);
            double outputs = network.outputs(layer);
            for (int index = layout.weightOffset(layer); index < layout.biasOffset(layer); index++) {
                parameters[index] = (float)
                        switch (initialization) {
                            case XAVIER -> StrictMath.sqrt(6 / (inputs + outputs)) * symmetric(seed, index);
                            case HE -> StrictMath.sqrt(2 / inputs) * normal(seed, index);
                            case NORMAL -> NORMAL_DEVIATION * normal(seed, index);
                            case CONSTANT -> constant;
                        };
            }
        }
        return parameters;
    }

    /** Returns a random number, uniform in [-1, 1). */
    private static double symmetric(long seed, int index) {
        return 2.0 * Philox.uniform(seed, Philox.Purpose.INITIAL_WEIGHTS, 0, index) - 1.0;
    }

    /**
     * Returns a random number, normal with mean 0 and standard deviation 1, by the cosine half of the transform of Box and
     * Muller (1958), from two uniform numbers of 32 bits each.
     */
    private static double normal(long seed, int index) {
        long bits = Philox.bits(seed, Philox.Purpose.INITIAL_WEIGHTS, 0, index);
        double radius = ((bits >>> 32) + 1) * 0x1p-32;
        double turn = (bits & 0xFFFFFFFFL) * 0x1p-32;
        return StrictMath.sqrt(-2 * StrictMath.log(radius)) * StrictMath.cos(2 * StrictMath.PI * turn);
    }
}
