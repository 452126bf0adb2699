package dev.tutti.checkpoint;

import dev.tutti.data.Fingerprint;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingSpec;

/**
 * What a checkpoint is tied to: another run must not go on from it.
 *
 * @param spec the settings that the bits depend on; the number of epochs may grow
 * @param trainingSha256 {@link Fingerprint} of the training samples, as they enter the network
 * @param validationSha256 of the validation samples
 * @param config the effective configuration, for people and for rescue
 */
public record RunIdentity(TrainingSpec spec, String trainingSha256, String validationSha256, String config) {

    /** Returns the identity of a job with an effective configuration. */
    public static RunIdentity of(TrainingJob job, String config) {
        return new RunIdentity(
                job.spec(), Fingerprint.sha256(job.training()), Fingerprint.sha256(job.validation()), config);
    }
}
