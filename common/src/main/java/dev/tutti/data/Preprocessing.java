package dev.tutti.data;

import dev.tutti.files.InputException;
import dev.tutti.model.Loss;
import java.util.stream.IntStream;

/**
 * How raw data becomes numbers for the network: remembered in the model, so that other data is treated alike. A value
 * {@code x} becomes {@code (float) ((x - shift) * factor)}, computed in double: the same bits everywhere.
 *
 * @param schema what the columns mean
 * @param scale the rule by which shifts and factors were measured
 * @param inputShift one for each input
 * @param inputFactor one for each input, above 0
 * @param targetShift of a regression's target; 0 for classes
 * @param targetFactor of a regression's target; 1 for classes
 * @param split which rows were trained on
 */
public record Preprocessing(
        DataSchema schema,
        Scale scale,
        double[] inputShift,
        double[] inputFactor,
        double targetShift,
        double targetFactor,
        DataSplit split) {

    /** @throws InputException if the counts do not match or a number is not finite */
    public Preprocessing {
        if (inputShift.length != schema.inputCount() || inputFactor.length != schema.inputCount()) {
            throw new InputException("a shift and a factor for each input are needed: inputs=" + schema.inputCount()
                    + ", shifts=" + inputShift.length + ", factors=" + inputFactor.length);
        }
        for (int input = 0; input < inputShift.length; input++) {
            requireScaling("input " + input, inputShift[input], inputFactor[input]);
        }
        requireScaling("target", targetShift, targetFactor);
    }

    /** Measures shifts and factors on the training rows alone, each sum in double in the order of the rows. */
    static Preprocessing measure(RawData data, int[] trainingRows, Scale scale, DataSplit split) {
        int inputs = data.schema().inputCount();
        double[] shift = new double[inputs];
        double[] factor = new double[inputs];
        for (int input = 0; input < inputs; input++) {
            Scaling scaling = Scaling.measure(scale, data.features(), inputs, input, trainingRows);
            shift[input] = scaling.shift();
            factor[input] = scaling.factor();
        }
        Scaling target = data.schema().classification()
                ? Scaling.UNTOUCHED
                : Scaling.measure(scale, data.targets(), 1, 0, trainingRows);
        return new Preprocessing(data.schema(), scale, shift, factor, target.shift(), target.factor(), split);
    }

    /**
     * Returns all rows of {@code data}, scaled, with targets laid out for {@code loss}; see {@link #apply(RawData, int[], Loss)}.
     */
    public Dataset apply(RawData data, Loss loss) {
        return apply(data, IntStream.range(0, data.rows()).toArray(), loss);
    }

    /**
     * Returns rows of {@code data}, scaled, with targets laid out for a network of {@code schema.outputsFor(loss)} outputs: the
     * number of the class for cross-entropy; 0 or 1 for one output; 1 for the class and 0 for the others for several; the
     * scaled number for a regression. Without targets they are 0.
     *
     * @param data what to transform
     * @param rows numbers of the rows to take, in this order
     * @param loss loss of the network
     * @throws InputException if the data does not match the schema, or a scaled value is out of float32's range
     */
    public Dataset apply(RawData data, int[] rows, Loss loss) {
        RawData matching = data.schema().equals(schema) ? data : Conformance.conform(data, schema);
        int inputs = schema.inputCount();
        float[] features = new float[Math.multiplyExact(rows.length, inputs)];
        for (int sample = 0; sample < rows.length; sample++) {
            for (int input = 0; input < inputs; input++) {
                float raw = matching.features()[rows[sample] * inputs + input];
                float scaled = (float) ((raw - inputShift[input]) * inputFactor[input]);
                if (!Float.isFinite(scaled)) {
                    throw new InputException(
                            data.source() + ", row " + (rows[sample] + 1) + ", input " + input + ": " + raw
                                    + " is out of range after scaling with shift=" + inputShift[input] + ", factor="
                                    + inputFactor[input]);
                }
                features[sample * inputs + input] = scaled;
            }
        }
        int targetCount = loss.targetCount(schema.outputsFor(loss));
        float[] targets = new float[Math.multiplyExact(rows.length, targetCount)];
        if (matching.hasTargets()) {
            layOutTargets(matching, rows, targets, targetCount);
        }
        return new Dataset(features, inputs, targets, targetCount, rows.length);
    }

    /** What the targets of the samples that {@link #apply} returns stand for. */
    public TargetUnit targetUnit() {
        return new TargetUnit(schema.task(), targetFactor);
    }

    /** Returns the number that output {@code scaled} of a regression's network stands for, in the unit of the data. */
    public float unscaleTarget(float scaled) {
        return (float) (scaled / targetFactor + targetShift);
    }

    private void layOutTargets(RawData data, int[] rows, float[] targets, int targetCount) {
        for (int sample = 0; sample < rows.length; sample++) {
            float target = data.targets()[rows[sample]];
            if (!schema.classification()) {
                targets[sample] = (float) ((target - targetShift) * targetFactor);
                if (!Float.isFinite(targets[sample])) {
                    throw new InputException(data.source() + ", row " + (rows[sample] + 1) + ": target " + target
                            + " is out of range after scaling with shift=" + targetShift + ", factor=" + targetFactor);
                }
            } else if (targetCount == 1) {
                targets[sample] = target;
            } else {
                targets[sample * targetCount + (int) target] = 1;
            }
        }
    }

    private static void requireScaling(String what, double shift, double factor) {
        if (!Double.isFinite(shift) || !(factor > 0) || Double.isInfinite(factor)) {
            throw new InputException("scaling of " + what + " out of range: shift=" + shift + ", factor=" + factor
                    + ", allowed: finite, factor above 0");
        }
    }
}
