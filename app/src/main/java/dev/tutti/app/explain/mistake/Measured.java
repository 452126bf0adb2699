package dev.tutti.app.explain.mistake;

import dev.tutti.app.explain.page.Digits;
import java.util.List;

/**
 * Trainings of digits as {@code tutti train digits} makes them, measured with Tutti once and for all: its bits are the same everywhere,
 * and a test makes them again.
 *
 * @param batch samples of a batch, or of a replica's step
 * @param rate learning rate
 * @param sync when weights are updated: {@code step}, {@code epoch}, or {@code local}, with {@value #REPLICAS} replicas
 * @param localSteps number of steps after which the weights of the replicas are averaged; 0 if there are none
 * @param loss training loss of the last epoch; NaN: diverged
 * @param accuracy on the validation samples
 * @param steps number of updates, and of broadcasts; 0: diverged
 */
public record Measured(int batch, float rate, String sync, int localSteps, double loss, double accuracy, int steps) {
    /** Number of replicas that train locally. */
    public static final int REPLICAS = 4;

    /** The weights of the undisturbed run, and of one that has lost a worker. */
    public static final String HASH = "d2cefad42fff150ff96a6bab891751a7f447fba783c655ca29b552bbe3a54d0f";

    /** Segments of both. */
    public static final int SEGMENTS = 900;

    /** As it should be. */
    public static final Measured RIGHT = new Measured(64, .1f, "step", 0, 0.0975, 0.9610, 230);
    /** Sums of four workers' means. */
    public static final Measured SUMMED = new Measured(64, .4f, "step", 0, 0.0212, 0.9638, 230);
    /** Divided by the number of four workers once more. */
    public static final Measured DIVIDED_TWICE = new Measured(64, .025f, "step", 0, 0.3113, 0.9081, 230);
    /** A quarter of the batch, a quarter of the rate. */
    public static final Measured SMALL = new Measured(16, .025f, "step", 0, 0.0990, 0.9610, 900);
    /** Four times the batch, four times the rate. */
    public static final Measured LARGE = new Measured(256, .4f, "step", 0, 0.0945, 0.9610, 60);
    /** Four times the batch, the same rate. */
    public static final Measured LARGE_SLOW = new Measured(256, .1f, "step", 0, 0.3008, 0.9109, 60);
    /** A quarter of the batch, sixteen times the rate. */
    public static final Measured SMALL_FAST = new Measured(16, 1.6f, "step", 0, Double.NaN, Double.NaN, 0);
    /** One update an epoch. */
    public static final Measured EPOCH = new Measured(64, .1f, "epoch", 0, 1.2554, 0.6685, 10);
    /** One update an epoch, with a larger rate. */
    public static final Measured EPOCH_FAST = new Measured(64, 1, "epoch", 0, 0.2003, 0.9220, 10);

    /** Weights of four replicas averaged after each four steps. */
    public static final Measured LOCAL_4 = new Measured(16, .1f, "local", 4, 0.0949, 0.9610, 60);
    /** Weights of four replicas averaged once an epoch. */
    public static final Measured LOCAL_23 = new Measured(16, .1f, "local", 23, 0.0998, 0.9610, 10);

    /** All of them. */
    public static List<Measured> all() {
        return List.of(
                RIGHT,
                SUMMED,
                DIVIDED_TWICE,
                SMALL,
                LARGE,
                LARGE_SLOW,
                SMALL_FAST,
                EPOCH,
                EPOCH_FAST,
                LOCAL_4,
                LOCAL_23);
    }

    /** Whether the training diverges. */
    public boolean diverged() {
        return Double.isNaN(loss);
    }

    /** The command that makes the run. */
    public String command() {
        return "tutti train digits"
                + (batch == 64 ? "" : " --batch " + batch)
                + (rate == .1f ? "" : " --lr " + Digits.given(rate))
                + (sync.equals("step") ? "" : " --sync " + sync)
                + (localSteps == 0 ? "" : " --replicas " + REPLICAS + " --local-steps " + localSteps);
    }
}
