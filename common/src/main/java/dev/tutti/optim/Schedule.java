package dev.tutti.optim;

import dev.tutti.files.InputException;
import dev.tutti.files.Range;
import java.util.Locale;

/**
 * How the learning rate changes in the course of a run: a pure function of the step, the number of steps, and what a plateau has made
 * of it. Computed in double by functions that are specified to the bit, once a step.
 *
 * @param kind which one
 * @param warmup steps in which the rate rises; as PyTorch's LinearLR with {@code start_factor = 1 / (W + 1)} and
 *     {@code total_iters = W}. With {@link Kind#COSINE} the rest follows on it (SequentialLR), with {@link Kind#ONE_CYCLE} it is the first
 *     phase ({@code pct_start}), and the others are multiplied by it (ChainedScheduler)
 * @param factor what the rate is multiplied by with {@link Kind#STEP}, {@link Kind#EXPONENTIAL} and {@link Kind#PLATEAU}; above 0, at most 1
 * @param epochs with {@link Kind#STEP} from one such change to the next, with {@link Kind#PLATEAU} how many without progress are borne;
 *     at least 1
 */
public record Schedule(Kind kind, Span warmup, float factor, int epochs) {
    /** What a factor may be. */
    public static final Range FACTOR = new Range("above 0, at most 1", value -> value > 0 && value <= 1);

    /** What a number of epochs may be. */
    public static final Range EPOCHS = Range.count(1);

    /** The rate stays what it is. */
    public static final Schedule CONSTANT = new Schedule(Kind.CONSTANT, Span.NONE, 1, 1);

    /** The one cycle's rate at the beginning is this part of the highest: PyTorch's {@code div_factor}. */
    private static final double CYCLE_START = 25;

    /** And that at the end this part of the one at the beginning: PyTorch's {@code final_div_factor}. */
    private static final double CYCLE_END = 1e4;

    /** The schedules there are, each as the class of {@code torch.optim.lr_scheduler} that is named. */
    public enum Kind {
        /** The same rate in every step. */
        CONSTANT,
        /** {@code factor^floor((epoch - 1) / epochs)}: StepLR, one step an epoch. */
        STEP,
        /** {@code factor^(epoch - 1)}: ExponentialLR, one step an epoch. */
        EXPONENTIAL,
        /** {@code (1 + cos(pi t / T)) / 2}, t and T counted from the end of the warm-up: CosineAnnealingLR, one step a step. */
        COSINE,
        /** Up from 1/25 and down to 1/250000, each by half a cosine: OneCycleLR, its momentum left alone. */
        ONE_CYCLE,
        /** Times {@code factor} whenever the validation loss has not fallen for {@code epochs} epochs: ReduceLROnPlateau. */
        PLATEAU;

        /** Returns the name used in settings and files. */
        public String id() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * Some steps: a number of them, or a share of all.
     *
     * @param steps their number, 0 or more
     * @param share share of all steps, 0 to below 1; only one of both is above 0
     */
    public record Span(long steps, double share) {
        /** No step. */
        public static final Span NONE = new Span(0, 0);

        /** @throws InputException if a value is out of range */
        public Span {
            Range.count(0).require("steps", steps);
            Range.share().require("share of the steps", share);
            if (steps > 0 && share > 0) {
                throw new InputException("steps and a share of the steps: " + steps + ", " + share + "; give one");
            }
        }

        /** Returns the number of steps. */
        public long of(long totalSteps) {
            return Math.round(unrounded(totalSteps));
        }

        /** Where they end, within a step where they are a share. */
        double unrounded(long totalSteps) {
            return steps > 0 ? steps : share * totalSteps;
        }
    }

    /** @throws InputException if a value is out of range */
    public Schedule {
        FACTOR.require("schedule-factor", factor);
        EPOCHS.require("schedule-epochs", epochs);
    }

    /**
     * Returns the learning rate of a step.
     *
     * @param base the rate that is set
     * @param step number of the step in the run, counted from 0
     * @param totalSteps number of steps of the run
     * @param stepsPerEpoch number of steps of an epoch
     * @param plateauFactor what {@link Plateau} has made of the rate so far; 1 with any other schedule
     */
    public float rate(float base, long step, long totalSteps, int stepsPerEpoch, double plateauFactor) {
        long warmupSteps = warmup.of(totalSteps);
        long epoch = step / stepsPerEpoch;
        double warming = step < warmupSteps ? (step + 1.0) / (warmupSteps + 1.0) : 1;
        double scheduled = switch (kind) {
            case CONSTANT -> 1;
            case STEP -> StrictMath.pow(factor, epoch / epochs);
            case EXPONENTIAL -> StrictMath.pow(factor, epoch);
            case COSINE -> between(1, 0, share(step - warmupSteps, totalSteps - warmupSteps));
            case ONE_CYCLE -> oneCycle(step, totalSteps, warmup.unrounded(totalSteps) - 1);
            case PLATEAU -> plateauFactor;
        };
        return (float) (base * (kind == Kind.ONE_CYCLE ? scheduled : warming * scheduled));
    }

    /** @param top step of the highest rate, or where it lies between two steps, as with PyTorch */
    private static double oneCycle(long step, long totalSteps, double top) {
        if (step < top) {
            return between(1 / CYCLE_START, 1, share(step, top));
        }
        return between(1, 1 / CYCLE_START / CYCLE_END, share(step - top, totalSteps - 1 - top));
    }

    private static double share(double steps, double of) {
        return of <= 0 ? 0 : Math.min(1, Math.max(0, steps / of));
    }

    /** From one value to another by half a cosine. */
    private static double between(double start, double end, double share) {
        return end + (start - end) / 2 * (1 + StrictMath.cos(StrictMath.PI * share));
    }
}
