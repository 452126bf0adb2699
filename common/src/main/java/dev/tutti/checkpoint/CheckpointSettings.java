package dev.tutti.checkpoint;

import java.time.Duration;

/**
 * When checkpoints are written, besides at the end of epochs.
 *
 * @param steps every so many steps; 0 for not by steps
 * @param interval this long after the last one
 * @param keep how many are kept besides the best; 0 for no checkpoints at all
 */
public record CheckpointSettings(int steps, Duration interval, int keep) {}
