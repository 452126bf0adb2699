package dev.tutti.app;

import dev.tutti.config.InputException;
import dev.tutti.config.TrainingSettings;
import dev.tutti.train.ReferenceTrainer;

/** Chooses who trains. */
final class Trainers {
    private Trainers() {}

    /**
     * @param kind {@code cluster}, or {@code reference} for one thread without actors or network
     * @param settings of the run
     */
    static Trainer of(String kind, TrainingSettings settings) {
        return switch (kind) {
            case "reference" -> ReferenceTrainer::train;
            case "cluster" -> cluster(settings);
            default ->
                throw new InputException("--trainer: unknown value: \"" + kind + "\", allowed: cluster, reference");
        };
    }

    private static Trainer cluster(TrainingSettings settings) {
        throw new InputException("--trainer: cluster is not in this build yet: " + settings.cluster());
    }
}
