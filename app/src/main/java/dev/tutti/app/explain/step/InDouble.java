package dev.tutti.app.explain.step;

import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;

/**
 * The forward pass once more, in double and with the functions of {@link StrictMath}, whose digits are the same on every machine:
 * what the kernels are checked against. It knows nothing of gradients; those are central differences of its loss.
 */
final class InDouble {
    /** Distance of the two points of a central difference, to each side. */
    static final double H = 1e-5;

    private static final double LEAK = 0.01;

    private final NetworkSpec network;
    private final ParameterLayout layout;

    InDouble(NetworkSpec network) {
        this.network = network;
        layout = new ParameterLayout(network);
    }

    /**
     * Values of one sample, by layer.
     *
     * @param z pre-activations
     * @param a outputs
     * @param loss loss of the sample
     */
    record Values(double[][] z, double[][] a, double loss) {}

    Values forward(double[] parameters, float[] x, float[] y) {
        return forward(parameters, widened(x), widened(y));
    }

    private static double[] widened(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    Values forward(double[] parameters, double[] x, double[] y) {
        double[][] z = new double[network.layers()][];
        double[][] a = new double[network.layers()][];
        double[] inputs = x;
        for (int layer = 0; layer < network.layers(); layer++) {
            z[layer] = new double[network.outputs(layer)];
            for (int j = 0; j < z[layer].length; j++) {
                double sum = parameters[layout.biasOffset(layer) + j];
                for (int i = 0; i < inputs.length; i++) {
                    sum += parameters[layout.weightOffset(layer) + j * inputs.length + i] * inputs[i];
                }
                z[layer][j] = sum;
            }
            a[layer] = outputs(network.activation(layer), z[layer]);
            inputs = a[layer];
        }
        return new Values(z, a, loss(z[network.layers() - 1], inputs, y));
    }

    /** The derivative of the loss by parameter {@code p}, as the slope of a chord. */
    double difference(double[] parameters, int p, float[] x, float[] y) {
        double w = parameters[p];
        parameters[p] = w + H;
        double above = forward(parameters, x, y).loss();
        parameters[p] = w - H;
        double below = forward(parameters, x, y).loss();
        parameters[p] = w;
        return (above - below) / (2 * H);
    }

    /** Whether a chord would cross a kink of a unit's activation or of the absolute error, where there is no slope. */
    boolean crossesKink(double[] parameters, int p, float[] x, float[] y) {
        double w = parameters[p];
        parameters[p] = w + H;
        Values right = forward(parameters, x, y);
        parameters[p] = w - H;
        Values left = forward(parameters, x, y);
        parameters[p] = w;
        double[][] above = right.z();
        double[][] below = left.z();
        int last = network.layers() - 1;
        if (network.loss() == Loss.ABSOLUTE_ERROR || network.loss() == Loss.QUANTILE) {
            for (int k = 0; k < y.length; k++) {
                if (right.a()[last][k] > y[k] != left.a()[last][k] > y[k]) {
                    return true;
                }
            }
        }
        for (int layer = 0; layer < network.layers(); layer++) {
            Activation activation = network.activation(layer);
            if (activation == Activation.RELU || activation == Activation.LEAKY_RELU) {
                for (int j = 0; j < above[layer].length; j++) {
                    if (above[layer][j] > 0 != below[layer][j] > 0) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static double[] outputs(Activation activation, double[] z) {
        double[] a = new double[z.length];
        double sum = 0;
        for (int j = 0; j < z.length; j++) {
            a[j] = output(activation, z[j]);
            sum += a[j];
        }
        if (activation == Activation.SOFTMAX) {
            for (int j = 0; j < z.length; j++) {
                a[j] /= sum;
            }
        }
        return a;
    }

    private static double output(Activation activation, double z) {
        return switch (activation) {
            case IDENTITY -> z;
            case SIGMOID -> 1 / (1 + StrictMath.exp(-z));
            case TANH -> StrictMath.tanh(z);
            case RELU -> Math.max(0, z);
            case LEAKY_RELU -> z > 0 ? z : LEAK * z;
            case ELU -> z > 0 ? z : StrictMath.expm1(z);
            case SOFTPLUS -> Math.max(0, z) + StrictMath.log1p(StrictMath.exp(-Math.abs(z)));
            case GELU_TANH -> 0.5 * z * (1 + StrictMath.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z * z * z)));
            case SOFTMAX, EXP -> StrictMath.exp(z);
        };
    }

    private double loss(double[] z, double[] a, double[] y) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += lossOfOutput(network, z, a[j], y[j], j);
        }
        return sum;
    }

    /** The share of output {@code j} in the loss of a sample. */
    static double lossOfOutput(NetworkSpec network, double[] z, double a, double y, int j) {
        double difference = a - y;
        double parameter = network.lossParameter();
        return switch (network.loss()) {
            case SQUARED_ERROR -> 0.5 * difference * difference;
            case BINARY_CROSS_ENTROPY ->
                Math.max(0, z[j]) - z[j] * y + StrictMath.log1p(StrictMath.exp(-Math.abs(z[j])));
            case CROSS_ENTROPY -> y == 0 ? 0 : -y * StrictMath.log(a);
            case HUBER -> Math.abs(difference) > 1 ? Math.abs(difference) - 0.5 : 0.5 * difference * difference;
            case ABSOLUTE_ERROR -> Math.abs(difference);
            case QUANTILE -> difference * (difference > 0 ? 1 - parameter : -parameter);
            case POISSON -> a - y * z[j];
            case GAMMA -> z[j] + y / a;
            case TWEEDIE ->
                StrictMath.exp((2 - parameter) * z[j]) / (2 - parameter)
                        + y * StrictMath.exp((1 - parameter) * z[j]) / (parameter - 1);
        };
    }
}
