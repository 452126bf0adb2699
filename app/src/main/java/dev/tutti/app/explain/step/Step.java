package dev.tutti.app.explain.step;

import dev.tutti.kernel.GradientKernel;
import dev.tutti.kernel.Kernels;
import dev.tutti.kernel.SampleTrace;
import dev.tutti.model.ParameterLayout;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SummationTree;
import java.util.ArrayList;
import java.util.List;

/**
 * One step with all its numbers. Every rendering is made of this.
 *
 * @param problem what it is computed of
 * @param samples each sample by itself
 * @param batch all samples together
 */
public record Step(Problem problem, List<SampleStep> samples, Batch batch) {

    /** Computes a step. */
    public static Step of(Problem problem) {
        List<SampleStep> samples = new ArrayList<>();
        for (int s = 0; s < problem.samples().size(); s++) {
            samples.add(sampleStep(problem, s));
        }
        return new Step(problem, List.copyOf(samples), batch(problem));
    }

    /** Largest distance of a gradient from its central difference; differences across a kink are left out. */
    public double worstDifference() {
        double worst = 0;
        for (SampleStep step : samples) {
            for (int p = 0; p < step.gradient().length; p++) {
                if (!step.kinks()[p]) {
                    worst = Math.max(worst, Math.abs(step.gradient()[p] - step.differences()[p]));
                }
            }
        }
        return worst;
    }

    /** Distance of the points of the central differences. */
    public static double h() {
        return InDouble.H;
    }

    private static SampleStep sampleStep(Problem problem, int s) {
        Sample sample = problem.samples().get(s);
        GradientKernel kernel = Kernels.scalar(problem.network());
        float[] gradient = new float[problem.parameters().length];
        kernel.sampleGradient(problem.parameters(), problem.miniBatch(), s, gradient);
        float[] updated = Update.of(problem.parameters(), gradient, 1, problem.learningRate());
        InDouble check = new InDouble(problem.network());
        double[] parameters = widened(problem.parameters());
        double[] differences = new double[gradient.length];
        boolean[] kinks = new boolean[gradient.length];
        for (int p = 0; p < gradient.length; p++) {
            differences[p] = check.difference(parameters, p, sample.x(), sample.y());
            kinks[p] = check.crossesKink(parameters, p, sample.x(), sample.y());
        }
        return new SampleStep(
                sample,
                SampleTrace.of(problem.network(), problem.parameters(), problem.miniBatch(), s),
                gradient,
                differences,
                kinks,
                updated,
                SampleTrace.of(problem.network(), updated, problem.miniBatch(), s)
                        .loss(),
                check.forward(parameters, sample.x(), sample.y()));
    }

    private static double[] widened(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    private static Batch batch(Problem problem) {
        int count = problem.samples().size();
        GradientKernel kernel = Kernels.scalar(problem.network());
        List<Batch.Node> nodes = new ArrayList<>();
        addNodes(problem, kernel, 0, count, count, nodes);
        float[] root = nodes.get(nodes.size() - 1).sum();
        float[] mean = new float[root.length];
        for (int p = 0; p < mean.length; p++) {
            mean[p] = root[p] * (float) (1.0 / count);
        }
        float[] updated = Update.of(problem.parameters(), root, count, problem.learningRate());
        return new Batch(
                List.copyOf(nodes),
                meanLoss(problem, kernel, problem.parameters()),
                mean,
                updated,
                meanLoss(problem, kernel, updated));
    }

    /** Left child, right child, then their sum. */
    private static void addNodes(
            Problem problem, GradientKernel kernel, int first, int count, int all, List<Batch.Node> nodes) {
        if (count > 1) {
            int left = leftOf(first, count, all);
            addNodes(problem, kernel, first, left, all, nodes);
            addNodes(problem, kernel, first + left, count - left, all, nodes);
        }
        nodes.add(new Batch.Node(first, count, sum(problem, kernel, first, count)));
    }

    /** Number of segments of the left child of a node: the largest node at its start that is not all of it. */
    public static int leftOf(int first, int count, int all) {
        return SummationTree.largestNode(first, first + count - 1, all);
    }

    private static float[] sum(Problem problem, GradientKernel kernel, int first, int count) {
        PartialGradient node =
                new PartialGradient(new ParameterLayout(problem.network()).parameterCount()).reset(first, count);
        kernel.gradients(problem.parameters(), problem.miniBatch(first, count), 1, new PartialGradient[] {node}, 1);
        return node.gradient();
    }

    private static double meanLoss(Problem problem, GradientKernel kernel, float[] parameters) {
        PartialGradient sums = new PartialGradient(0);
        kernel.evaluate(parameters, problem.miniBatch(), 1, sums);
        return sums.lossSum() / sums.weightSum();
    }
}
