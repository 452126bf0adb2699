package dev.tutti.train;

import dev.tutti.config.OnDivergence;
import dev.tutti.data.Dataset;
import java.util.Optional;

/**
 * What a trainer is given, all in memory.
 *
 * @param name short name of the job for logs
 * @param spec the settings that the bits depend on
 * @param training training samples
 * @param validation samples held out, possibly none
 * @param initialParameters where training begins; not changed
 * @param start where it goes on instead, if it was begun before; not changed
 * @param onDivergence what is done with a step that is not finite
 */
public record TrainingJob(
        String name,
        TrainingSpec spec,
        Dataset training,
        Dataset validation,
        float[] initialParameters,
        Optional<TrainingState> start,
        OnDivergence onDivergence) {

    /** A job from its beginning, that ends where it diverges. */
    public TrainingJob(
            String name, TrainingSpec spec, Dataset training, Dataset validation, float[] initialParameters) {
        this(name, spec, training, validation, initialParameters, Optional.empty(), OnDivergence.STOP);
    }
}
