package dev.tutti.train;

import dev.tutti.data.Dataset;
import dev.tutti.data.TargetUnit;
import dev.tutti.optim.Schedule;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a trainer is given, all in memory.
 *
 * @param name short name of the job for logs
 * @param spec the settings that the bits depend on
 * @param training training samples
 * @param sourceRows the rows of the data that these are, counted from 0, for messages; not changed
 * @param validation samples held out, possibly none
 * @param targetUnit what the targets of both stand for
 * @param initialParameters where training begins; not changed
 * @param start where it goes on instead, if it was begun before; not changed
 * @param onDivergence what is done with a step that is not finite
 */
public record TrainingJob(
        String name,
        TrainingSpec spec,
        Dataset training,
        int[] sourceRows,
        Dataset validation,
        TargetUnit targetUnit,
        float[] initialParameters,
        Optional<TrainingState> start,
        OnDivergence onDivergence) {

    /**
     * Whether only the coordinator knows what an update is: some may be left out, or were before it goes on, so that a step's number is
     * not that of its update; or the learning rate follows the validation loss.
     */
    public boolean updatesNeedCoordinator() {
        return onDivergence == OnDivergence.SKIP_STEP
                || spec.refinements().update().schedule().kind() == Schedule.Kind.PLATEAU
                || start.map(TrainingState::position)
                                .map(TrainingPosition::skippedSteps)
                                .orElse(0L)
                        > 0;
    }

    /** A job from its beginning, of data without a split, that ends where it diverges. */
    public TrainingJob(
            String name, TrainingSpec spec, Dataset training, Dataset validation, float[] initialParameters) {
        this(
                name,
                spec,
                training,
                IntStream.range(0, training.samples()).toArray(),
                validation,
                TargetUnit.of(spec.network().loss()),
                initialParameters,
                Optional.empty(),
                OnDivergence.STOP);
    }
}
