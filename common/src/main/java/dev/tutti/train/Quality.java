package dev.tutti.train;

import dev.tutti.data.Dataset;
import dev.tutti.data.TargetUnit;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.PredictedClass;
import java.util.Optional;

/**
 * All that is known of how good a network is on some samples.
 *
 * @param meanLoss mean of the samples' losses
 * @param classes where the targets are classes
 * @param numbers where they are numbers
 */
public record Quality(double meanLoss, Optional<ClassMetrics> classes, Optional<NumberMetrics> numbers) {

    /**
     * Measures a network on samples, on this thread.
     *
     * @param network the network
     * @param parameters its parameters
     * @param data at least one sample
     * @param unit what the targets stand for
     */
    public static Quality of(NetworkSpec network, float[] parameters, Dataset data, TargetUnit unit) {
        float[] outputs = new float[Math.multiplyExact(data.samples(), network.outputs())];
        Evaluation evaluation = new Evaluation(network, data, unit);
        evaluation.<RuntimeException>runWithOutputs(
                parameters,
                (first, count, block) ->
                        System.arraycopy(block, 0, outputs, first * network.outputs(), count * network.outputs()));
        return of(network, outputs, data.targets(), unit, evaluation.meanLoss());
    }

    /** The same of outputs {@code [samples x outputs]} that are there, with the targets of {@link Dataset}. */
    public static Quality of(NetworkSpec network, float[] outputs, float[] targets, TargetUnit unit, double meanLoss) {
        return unit.classes()
                ? new Quality(
                        meanLoss,
                        Optional.of(ClassMetrics.of(network, outputs, classes(network, targets))),
                        Optional.empty())
                : new Quality(
                        meanLoss, Optional.empty(), Optional.of(NumberMetrics.of(outputs, targets, unit.factor())));
    }

    private static int[] classes(NetworkSpec network, float[] targets) {
        int count = network.targetCount();
        int[] classes = new int[targets.length / count];
        for (int sample = 0; sample < classes.length; sample++) {
            classes[sample] = network.loss() == Loss.CROSS_ENTROPY
                    ? (int) targets[sample]
                    : PredictedClass.of(targets, sample * count, count);
        }
        return classes;
    }
}
