package dev.tutti.protocol;

import dev.tutti.model.ParameterLayout;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.Carriers;
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
    /** Number of bytes of the weights, and of a gradient. */
    public long vectorBytes() {
        return (long) new ParameterLayout(spec.network()).parameterCount() * Float.BYTES;
    }

    /** Number of bytes of samples that are sent in one go: those of a step, or the training set. */
    public long sampleBytes() {
        long samples = placement == Placement.STREAM ? spec.samplesPerStep() : spec.samples();
        return samples * ((long) featureCount + targetCount) * Float.BYTES;
    }

    /** Lengths of the terms of the streams that carry this job. */
    public TermLengths termLengths(Carriers carriers) {
        return TermLengths.of(vectorBytes(), sampleBytes()).but(carriers);
    }
}
