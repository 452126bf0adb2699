package dev.tutti.train;

import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.reduce.SharedLoop;

/**
 * Keeps the norm of each unit's weights below a limit (Srivastava and others 2014): a unit above it has its weights multiplied by
 * {@code limit / norm}. The squares of a unit are added in double, in the order of its inputs. Owned by one thread, which others may help.
 */
final class MaxNorm {
    /** Units that a thread takes at once. */
    private static final int UNITS = 16;

    private final ParameterLayout layout;
    private final double limit;
    private final int units;
    private final SharedLoop.Body limitUnits = (thread, turn) -> limitUnits(turn);
    private float[] parameters;

    MaxNorm(ParameterLayout layout, float limit) {
        this.layout = layout;
        this.limit = limit;
        int count = 0;
        for (int layer = 0; layer < layout.network().layers(); layer++) {
            count += layout.network().outputs(layer);
        }
        units = count;
    }

    void apply(float[] parameters, SharedLoop threads) {
        this.parameters = parameters;
        threads.run((units + UNITS - 1) / UNITS, limitUnits);
    }

    private void limitUnits(int turn) {
        NetworkSpec network = layout.network();
        int layer = 0;
        int unit = turn * UNITS;
        while (unit >= network.outputs(layer)) {
            unit -= network.outputs(layer);
            layer++;
        }
        for (int left = Math.min(UNITS, units - turn * UNITS); left > 0; left--) {
            int inputs = network.inputs(layer);
            limit(parameters, layout.weightOffset(layer) + unit * inputs, inputs, limit);
            unit++;
            if (unit == network.outputs(layer)) {
                unit = 0;
                layer++;
            }
        }
    }

    private static void limit(float[] parameters, int from, int count, double limit) {
        double squares = 0;
        for (int i = from; i < from + count; i++) {
            squares += (double) parameters[i] * parameters[i];
        }
        double norm = Math.sqrt(squares);
        if (norm > limit) {
            float factor = (float) (limit / norm);
            for (int i = from; i < from + count; i++) {
                parameters[i] *= factor;
            }
        }
    }
}
