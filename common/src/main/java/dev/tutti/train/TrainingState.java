package dev.tutti.train;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All that a run is between two steps: given to a run of the same settings and data, it goes on to the same bits.
 *
 * <p>What has been computed inside a step is not part of it. A step is the unit of update: until its gradient is whole nothing
 * has changed, every piece of it is a pure function of the weights and the sample numbers, and so it is simply computed again.
 * Neither are random numbers, which are functions of (seed, epoch, index).
 *
 * <p>The arrays belong to whoever holds the state; {@link TrainingRun#save} copies into them, so that one state serves again and
 * again.
 */
public final class TrainingState {
    private final float[] parameters;
    private final Map<String, float[]> optimizer;
    private TrainingPosition position;
    private EpochMetrics lastEpoch;

    /**
     * @param position where the run stands
     * @param lastEpoch metrics of the last whole epoch, for reports alone; {@link EpochMetrics#NONE} in the first
     * @param parameters the parameters; kept, not copied
     * @param optimizer what the optimizer remembers, by name; the arrays are kept, not copied
     */
    public TrainingState(
            TrainingPosition position, EpochMetrics lastEpoch, float[] parameters, Map<String, float[]> optimizer) {
        this.position = position;
        this.lastEpoch = lastEpoch;
        this.parameters = parameters;
        this.optimizer = new LinkedHashMap<>(optimizer);
    }

    /** Where the run stands. */
    public TrainingPosition position() {
        return position;
    }

    /** Metrics of the last whole epoch; {@link EpochMetrics#NONE} in the first. No step depends on them. */
    public EpochMetrics lastEpoch() {
        return lastEpoch;
    }

    /** The parameters, in the layout of {@link dev.tutti.model.ParameterLayout}. */
    public float[] parameters() {
        return parameters;
    }

    /** What the optimizer remembers, by name, in its order. */
    public Map<String, float[]> optimizer() {
        return optimizer;
    }

    /** Takes a new position and copies the arrays, which must be of the same lengths. */
    void set(TrainingPosition position, EpochMetrics lastEpoch, float[] parameters, Map<String, float[]> optimizer) {
        this.position = position;
        this.lastEpoch = lastEpoch;
        copy("parameters", parameters, this.parameters);
        this.optimizer.forEach((name, to) -> copy(name, optimizer.get(name), to));
    }

    /** Copies this state's arrays into others of the same names and lengths. */
    void copyTo(float[] parameters, Map<String, float[]> optimizer) {
        if (!optimizer.keySet().equals(this.optimizer.keySet())) {
            throw new IllegalArgumentException(
                    "another optimizer's state: expected=" + optimizer.keySet() + ", found=" + this.optimizer.keySet());
        }
        copy("parameters", this.parameters, parameters);
        this.optimizer.forEach((name, from) -> copy(name, from, optimizer.get(name)));
    }

    private static void copy(String name, float[] from, float[] to) {
        if (from.length != to.length) {
            throw new IllegalArgumentException(
                    "state does not fit: " + name + ": expected=" + to.length + ", found=" + from.length);
        }
        System.arraycopy(from, 0, to, 0, to.length);
    }
}
