package dev.tutti.app.tracking;

import dev.tutti.train.EpochMetrics;
import java.util.LinkedHashMap;
import java.util.Map;

/** The numbers of an epoch by the names under which others show them; what means nothing is left out. */
final class Scalars {
    private Scalars() {}

    static Map<String, Double> of(EpochMetrics metrics) {
        Map<String, Double> scalars = new LinkedHashMap<>();
        put(scalars, "train/loss", metrics.trainLoss());
        put(scalars, "train/accuracy", metrics.trainAccuracy());
        put(scalars, "validation/loss", metrics.validationLoss());
        put(scalars, "validation/accuracy", metrics.validationAccuracy());
        put(scalars, "validation/rmse", metrics.validationRmse());
        put(scalars, "train/learning_rate", metrics.learningRate());
        put(scalars, "train/samples_per_second", metrics.samples() / metrics.seconds());
        put(scalars, "train/epoch", metrics.epoch());
        return scalars;
    }

    private static void put(Map<String, Double> scalars, String name, double value) {
        if (Double.isFinite(value)) {
            scalars.put(name, value);
        }
    }
}
