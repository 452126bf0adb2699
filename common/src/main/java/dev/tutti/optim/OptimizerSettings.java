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
@JsonSubTypes({
    @JsonSubTypes.Type(value = Sgd.Settings.class, name = "sgd"),
    @JsonSubTypes.Type(value = Nesterov.Settings.class, name = "nesterov"),
    @JsonSubTypes.Type(value = Adagrad.Settings.class, name = "adagrad"),
    @JsonSubTypes.Type(value = RmsProp.Settings.class, name = "rmsprop"),
    @JsonSubTypes.Type(value = Adadelta.Settings.class, name = "adadelta"),
    @JsonSubTypes.Type(value = Adam.Settings.class, name = "adam"),
    @JsonSubTypes.Type(value = AdamW.Settings.class, name = "adamw")
})
public sealed interface OptimizerSettings
        permits Sgd.Settings,
                Nesterov.Settings,
                Adagrad.Settings,
                RmsProp.Settings,
                Adadelta.Settings,
                Adam.Settings,
                AdamW.Settings {
    /** What a learning rate may be. */
    Range LEARNING_RATE = Range.positive();

    /** What a share of a running mean that is kept may be. */
    Range SHARE_KEPT = Range.share();

    /** What may keep a divisor from 0. */
    Range EPSILON = Range.positive();

    /** The optimizers there are. */
    enum Kind {
        /** Stochastic gradient descent, with momentum or without. */
        SGD,
        /** With Nesterov's momentum. */
        NESTEROV,
        /** A rate for each parameter, by the sum of its squared gradients. */
        ADAGRAD,
        /** A rate for each parameter, by the running mean of its squared gradients. */
        RMSPROP,
        /** The same, in the unit of the parameters' changes. */
        ADADELTA,
        /** Running means of gradients and squared gradients. */
        ADAM,
        /** Adam with weight decay apart from the gradient. */
        ADAMW;

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
