package dev.tutti.train;

import dev.tutti.data.Dataset;

/**
 * What a trainer is given, all in memory.
 *
 * @param name short name of the job for logs
 * @param spec the settings that the bits depend on
 * @param training training samples
 * @param validation samples held out, possibly none
 * @param initialParameters where training begins; not changed
 */
public record TrainingJob(
        String name, TrainingSpec spec, Dataset training, Dataset validation, float[] initialParameters) {}
