package dev.tutti.train;

/**
 * What a finished run leaves.
 *
 * @param parameters the trained parameters
 * @param last metrics of the last epoch
 * @param workers number of compute threads at the end
 */
public record TrainingResult(float[] parameters, EpochMetrics last, int workers) {}
