package dev.tutti.optim;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.tutti.files.Range;
import java.util.Locale;

/**
 * Which optimizer, and its settings: one record for each optimizer, inside its class. The annotations say how they are told apart in
 * checkpoints and between processes.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({@JsonSubTypes.Type(value = Sgd.Settings.class, name = "sgd")})
public sealed interface OptimizerSettings permits Sgd.Settings {
    /** What a learning rate may be. */
    Range LEARNING_RATE = Range.positive();

    /** The optimizers there are. */
    enum Kind {
        /** Stochastic gradient descent, with momentum or without. */
        SGD;

        /** Returns the name used in settings and files. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Which optimizer. */
    Kind kind();

    /** Size of a step, above 0. */
    float learningRate();

    /**
     * Makes the optimizer, at the beginning of a run.
     *
     * @param parameterCount number of parameters
     */
    Optimizer create(int parameterCount);
}
