package dev.tutti.app.explain.step;

import dev.tutti.data.Dataset;
import dev.tutti.data.MiniBatch;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a step is computed of.
 *
 * @param name as on the command line
 * @param title one line
 * @param network the network and its loss
 * @param parameters weights and biases, in the layout of {@link dev.tutti.model.ParameterLayout}
 * @param learningRate step size
 * @param samples the samples, in the order of the mini-batch
 * @param printed what a lecture prints differently
 * @param notes what is good to know
 */
public record Problem(
        String name,
        String title,
        NetworkSpec network,
        float[] parameters,
        float learningRate,
        List<Sample> samples,
        List<Printed> printed,
        List<String> notes) {

    /** Returns the same with other samples. */
    public Problem with(List<Sample> others) {
        return new Problem(name, title, network, parameters, learningRate, others, printed, notes);
    }

    /** What a lecture prints differently; its numbers are those of row 0, and are left out where that is not among the samples. */
    public List<Printed> printedHere() {
        boolean numbers = samples.stream().anyMatch(one -> one.row() == 0);
        return printed.stream().filter(one -> numbers || one.exact().isEmpty()).toList();
    }

    /** The samples as a data set. */
    public Dataset dataset() {
        int inputs = network.inputs();
        int targetCount = network.targetCount();
        float[] features = new float[samples.size() * inputs];
        float[] targets = new float[samples.size() * targetCount];
        for (int s = 0; s < samples.size(); s++) {
            System.arraycopy(samples.get(s).x(), 0, features, s * inputs, inputs);
            if (network.loss() == Loss.CROSS_ENTROPY) {
                targets[s] = classOf(samples.get(s).y());
            } else {
                System.arraycopy(samples.get(s).y(), 0, targets, s * targetCount, targetCount);
            }
        }
        return new Dataset(features, inputs, targets, targetCount, samples.size());
    }

    /** All samples as a mini-batch. */
    public MiniBatch miniBatch() {
        return miniBatch(0, samples.size());
    }

    /** Some neighbouring samples as a mini-batch. */
    public MiniBatch miniBatch(int from, int count) {
        int[] rows = IntStream.range(0, samples.size()).toArray();
        return new MiniBatch().wrap(dataset(), rows, from, count);
    }

    private static int classOf(float[] oneHot) {
        int best = 0;
        for (int j = 1; j < oneHot.length; j++) {
            best = oneHot[j] > oneHot[best] ? j : best;
        }
        return best;
    }
}
