package dev.tutti.app.explain.step;

import dev.tutti.kernel.SampleTrace;

/** How well a difference tells a derivative, by the distance of its two points. */
public final class StepSizes {
    private StepSizes() {}

    /**
     * Returns the error of the central difference in double.
     *
     * @param problem the first sample of which is looked at
     * @param parameter number of the parameter
     * @param exact the derivative
     * @param h distance of the points to each side
     */
    public static double inDouble(Problem problem, int parameter, double exact, double h) {
        InDouble network = new InDouble(problem.network());
        Sample sample = problem.samples().get(0);
        double[] parameters = asGiven(problem.parameters());
        double[] x = asGiven(sample.x());
        double[] y = asGiven(sample.y());
        double w = parameters[parameter];
        parameters[parameter] = w + h;
        double above = network.forward(parameters, x, y).loss();
        parameters[parameter] = w - h;
        double below = network.forward(parameters, x, y).loss();
        return Math.abs((above - below) / (2 * h) - exact);
    }

    /** The numbers that were meant: 0.1 and not the float next to it. */
    private static double[] asGiven(float[] values) {
        double[] given = new double[values.length];
        for (int i = 0; i < given.length; i++) {
            given[i] = Double.parseDouble(Float.toString(values[i]));
        }
        return given;
    }

    /** Returns the error of the central difference of the losses that the kernel computes, in float32. */
    public static double inFloat(Problem problem, int parameter, double exact, float h) {
        float[] parameters = problem.parameters().clone();
        float w = parameters[parameter];
        parameters[parameter] = w + h;
        float above = SampleTrace.of(problem.network(), parameters, problem.miniBatch(), 0)
                .loss();
        parameters[parameter] = w - h;
        float below = SampleTrace.of(problem.network(), parameters, problem.miniBatch(), 0)
                .loss();
        return Math.abs((above - below) / (2 * h) - exact);
    }
}
