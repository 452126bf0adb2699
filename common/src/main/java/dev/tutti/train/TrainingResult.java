package dev.tutti.train;

/**
 * What a finished run leaves.
 *
 * @param parameters the trained parameters
 * @param last metrics of the last epoch; those of validation are the parameters', also where these are of an earlier epoch
 * @param bestEpoch the epoch after which the parameters were so; 0 where they are those of the last
 * @param workers number of compute threads at the end
 */
public record TrainingResult(float[] parameters, EpochMetrics last, int bestEpoch, int workers) {}
