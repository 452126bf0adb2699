package dev.tutti.config;

import dev.tutti.model.Loss;
import java.util.List;
import java.util.Optional;

/** The parameters of the losses: each loss has at most one, and refuses those of the others. */
final class LossOptions {
    static final Setting<Float> QUANTILE = Setting.of(
                    "quantile",
                    "SHARE",
                    Form.single(Loss.QUANTILE.parameters()),
                    "of the loss quantile: which, above 0, below 1")
            .otherwise("0.5");
    static final Setting<Float> TWEEDIE_POWER = Setting.of(
                    "tweedie-power",
                    "POWER",
                    Form.single(Loss.TWEEDIE.parameters()),
                    "of the loss tweedie: power of its variance, above 1, below 2")
            .otherwise("1.5");
    static final Setting<Float> LABEL_SMOOTHING = Setting.of(
                    "label-smoothing",
                    "SHARE",
                    Form.single(Loss.CROSS_ENTROPY.parameters()),
                    "of the cross-entropies: share of a target spread over all classes, 0 to below 1")
            .otherwise("0");

    private LossOptions() {}

    /** @throws dev.tutti.files.InputException if a value is out of range, or of another loss */
    static Optional<Float> parameter(SettingsReader from) {
        Optional<Loss> loss = from.find(TrainingOptions.LOSS);
        Optional<Float> found = Optional.empty();
        for (Setting<Float> setting : List.of(QUANTILE, TWEEDIE_POWER, LABEL_SMOOTHING)) {
            Optional<Float> given = from.find(setting);
            // A loss that follows from the data may be one with labels.
            boolean fits = loss.map(one -> isOf(setting, one)).orElse(setting == LABEL_SMOOTHING);
            if (given.isPresent() && !fits) {
                throw from.conflict(
                        setting,
                        "not a setting of the loss " + loss.map(Loss::id).orElse("that follows from the data"));
            }
            found = found.or(() -> given);
        }
        return found;
    }

    /** The parameter of a loss that is known now. */
    static Optional<Float> resolved(Loss loss, Optional<Float> given) {
        boolean has = isOf(QUANTILE, loss) || isOf(TWEEDIE_POWER, loss) || isOf(LABEL_SMOOTHING, loss);
        return has ? Optional.of(given.orElse(loss.usualParameter())) : given;
    }

    /** The value of a setting, where it is one of the loss. */
    static Optional<Float> value(NetworkSettings of, Setting<Float> setting) {
        return of.loss()
                .filter(loss -> isOf(setting, loss))
                .map(loss -> of.lossParameter().orElse(loss.usualParameter()));
    }

    private static boolean isOf(Setting<Float> setting, Loss loss) {
        return switch (loss) {
            case QUANTILE -> setting == QUANTILE;
            case TWEEDIE -> setting == TWEEDIE_POWER;
            case CROSS_ENTROPY, BINARY_CROSS_ENTROPY -> setting == LABEL_SMOOTHING;
            default -> false;
        };
    }
}
