package dev.tutti.protocol;

import dev.tutti.model.ParameterLayout;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.TermLengths;

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
        String dataFingerprint) {
    /** Lengths of the terms of the streams that carry this job. */
    public TermLengths termLengths() {
        long floatsPerSample = (long) featureCount + targetCount;
        long samples = placement == Placement.STREAM ? spec.samplesPerStep() : spec.samples();
        long parameters = new ParameterLayout(spec.network()).parameterCount();
        return TermLengths.of(parameters * Float.BYTES, samples * floatsPerSample * Float.BYTES);
    }
}
