package dev.tutti.protocol;

import dev.tutti.train.TrainingSpec;

/**
 * What a worker must know of a job.
 *
 * @param job number of the job in the life of the coordinator
 * @param name short name for logs
 * @param spec network, batches, order
 * @param featureCount number of features of a sample
 * @param targetCount number of target values of a sample
 * @param placement where the samples are
 * @param dataFingerprint names the training set's content; a worker that holds it is not sent it again
 */
public record JobDescription(
        int job,
        String name,
        TrainingSpec spec,
        int featureCount,
        int targetCount,
        Placement placement,
        String dataFingerprint) {}
