package dev.tutti.kernel;

import dev.tutti.data.MiniBatch;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;

/** The loss of a network in double, straight from the formulas, with {@link Math}'s functions. */
final class DoubleNetwork {
    private final NetworkSpec network;
    private final ParameterLayout layout;
    private final Dropout dropout;
    private final double[] parameters;

    DoubleNetwork(NetworkSpec network, float[] parameters) {
        this(network, Dropout.NONE, parameters);
    }

    DoubleNetwork(NetworkSpec network, Dropout dropout, float[] parameters) {
        this.network = network;
        this.dropout = dropout;
        layout = new ParameterLayout(network);
        this.parameters = new double[parameters.length];
        for (int p = 0; p < parameters.length; p++) {
            this.parameters[p] = parameters[p];
        }
    }

    /** The derivative of the loss of {@code batch} by one parameter, as a central difference. */
    double slope(MiniBatch batch, int parameter, double step) {
        double value = parameters[parameter];
        parameters[parameter] = value + step;
        double above = loss(batch);
        parameters[parameter] = value - step;
        double below = loss(batch);
        parameters[parameter] = value;
        return (above - below) / (2 * step);
    }

    /** The sum of the samples' losses. */
    double loss(MiniBatch batch) {
        double sum = 0;
        for (int sample = 0; sample < batch.count(); sample++) {
            sum += loss(batch, sample);
        }
        return sum;
    }

    private double loss(MiniBatch batch, int sample) {
        double[] x = new double[network.inputs()];
        for (int i = 0; i < x.length; i++) {
            x[i] = batch.features()[batch.featureOffset(sample) + i];
            if (dropout.dropsInputs()) {
                int block = Dropout.firstInputBlock(network);
                x[i] *= dropout.inputFactor(batch.epoch(), batch.position(sample), block, i);
            }
        }
        for (int layer = 0; layer < network.layers(); layer++) {
            x = layer(layer, x);
            for (int j = 0; j < x.length && layer < network.layers() - 1 && dropout.isOn(); j++) {
                x[j] *= dropout.factor(batch.epoch(), batch.position(sample), Dropout.firstBlock(network, layer), j);
            }
        }
        double loss = 0;
        for (int j = 0; j < x.length; j++) {
            boolean perOutput = network.loss() != Loss.CROSS_ENTROPY;
            double y = batch.targets()[batch.targetOffset(sample) + (perOutput ? j : 0)];
            double p = network.lossParameter();
            loss += switch (network.loss()) {
                case SQUARED_ERROR -> 0.5 * (x[j] - y) * (x[j] - y);
                case BINARY_CROSS_ENTROPY -> {
                    double smooth = (1 - p) * y + p / 2;
                    yield -smooth * Math.log(x[j]) - (1 - smooth) * Math.log(1 - x[j]);
                }
                case CROSS_ENTROPY -> -Math.log(x[j]) * ((y == j ? 1 - p : 0) + p / x.length);
                case QUANTILE -> x[j] > y ? (1 - p) * (x[j] - y) : p * (y - x[j]);
                case POISSON -> x[j] - y * Math.log(x[j]);
                case GAMMA -> y / x[j] + Math.log(x[j]);
                case TWEEDIE -> Math.pow(x[j], 2 - p) / (2 - p) - y * Math.pow(x[j], 1 - p) / (1 - p);
                case HUBER -> Math.abs(x[j] - y) <= 1 ? 0.5 * (x[j] - y) * (x[j] - y) : Math.abs(x[j] - y) - 0.5;
                case ABSOLUTE_ERROR -> Math.abs(x[j] - y);
            };
        }
        return loss;
    }

    private double[] layer(int layer, double[] x) {
        double[] a = new double[network.outputs(layer)];
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            double z = parameters[layout.biasOffset(layer) + j];
            for (int i = 0; i < x.length; i++) {
                z += parameters[layout.weightOffset(layer) + j * x.length + i] * x[i];
            }
            a[j] = activation(network.activation(layer), z);
            sum += a[j];
        }
        for (int j = 0; j < a.length && network.activation(layer) == Activation.SOFTMAX; j++) {
            a[j] /= sum;
        }
        return a;
    }

    private static double activation(Activation activation, double z) {
        return switch (activation) {
            case IDENTITY -> z;
            case SIGMOID -> 1 / (1 + Math.exp(-z));
            case TANH -> Math.tanh(z);
            case RELU -> Math.max(0, z);
            case LEAKY_RELU -> z > 0 ? z : (double) 0.01f * z;
            case ELU -> z > 0 ? z : Math.expm1(z);
            case SOFTPLUS -> Math.log1p(Math.exp(z));
            case GELU_TANH -> gelu(z);
            case SOFTMAX, EXP -> Math.exp(z);
        };
    }

    static double gelu(double z) {
        double e = Math.exp(-2 * Math.sqrt(2 / Math.PI) * (z + 0.044715 * z * z * z));
        return e > 1e300 ? -0.0 : z / (1 + e);
    }
}
