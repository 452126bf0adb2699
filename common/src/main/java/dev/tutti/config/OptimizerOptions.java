package dev.tutti.config;

import dev.tutti.optim.Adadelta;
import dev.tutti.optim.Adagrad;
import dev.tutti.optim.Adam;
import dev.tutti.optim.AdamW;
import dev.tutti.optim.Nesterov;
import dev.tutti.optim.OptimizerSettings;
import dev.tutti.optim.OptimizerSettings.Kind;
import dev.tutti.optim.RmsProp;
import dev.tutti.optim.Sgd;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The settings of the optimizers: each has its own, and refuses those of the others. Defaults are PyTorch's, but for sgd's rate. */
final class OptimizerOptions {
    static final Setting<Kind> OPTIMIZER = Setting.of(
                    "optimizer", "NAME", Form.choice(Kind.class, Kind::id), "what makes new weights of the gradient")
            .orElse(Kind.SGD);
    static final Setting<Float> LR = Setting.of(
                    "lr", "RATE", Form.single(OptimizerSettings.LEARNING_RATE), "learning rate, above 0")
            .otherwise("0.1; adam, adamw, rmsprop: 0.001; adagrad: 0.01; adadelta: 1");
    static final Setting<Float> MOMENTUM = Setting.of(
                    "momentum",
                    "SHARE",
                    Form.single(Sgd.MOMENTUM),
                    "of sgd and nesterov: share of the last step kept, 0 to below 1")
            .otherwise("0; nesterov: 0.9");
    static final Setting<Float> BETA1 = Setting.of(
                    "beta1",
                    "SHARE",
                    Form.single(OptimizerSettings.SHARE_KEPT),
                    "of adam and adamw: share of the mean gradient kept, 0 to below 1")
            .otherwise("0.9");
    static final Setting<Float> BETA2 = Setting.of(
                    "beta2",
                    "SHARE",
                    Form.single(OptimizerSettings.SHARE_KEPT),
                    "of adam and adamw: share of the mean square kept, 0 to below 1")
            .otherwise("0.999");
    static final Setting<Float> RHO = Setting.of(
                    "rho",
                    "SHARE",
                    Form.single(OptimizerSettings.SHARE_KEPT),
                    "of rmsprop and adadelta: share of the mean square kept, 0 to below 1")
            .otherwise("0.99; adadelta: 0.9");
    static final Setting<Float> EPSILON = Setting.of(
                    "epsilon",
                    "VALUE",
                    Form.single(OptimizerSettings.EPSILON),
                    "of all but sgd and nesterov: keeps divisors from 0, above 0")
            .otherwise("1e-8; adagrad: 1e-10; adadelta: 1e-6");
    static final Setting<Float> WEIGHT_DECAY = Setting.of(
                    "weight-decay",
                    "SHARE",
                    Form.single(AdamW.WEIGHT_DECAY),
                    "what times the parameters is added to the gradient; of adamw: what times the rate a step takes away")
            .otherwise("0; adamw: 0.01");

    /** Those that not every optimizer has. */
    private static final List<Setting<Float>> OWN = List.of(MOMENTUM, BETA1, BETA2, RHO, EPSILON);

    private OptimizerOptions() {}

    /** @throws dev.tutti.files.InputException if a value is out of range, or of another optimizer */
    static OptimizerSettings read(SettingsReader from) {
        Values given = (setting, fallback) -> from.find(setting).orElse(fallback);
        OptimizerSettings settings = read(from.get(OPTIMIZER), given);
        Map<Setting<Float>, Float> known = values(settings);
        for (Setting<Float> setting : OWN) {
            if (from.has(setting) && !known.containsKey(setting)) {
                throw from.conflict(
                        setting,
                        "not a setting of the optimizer " + from.get(OPTIMIZER).id());
            }
        }
        return settings;
    }

    @FunctionalInterface
    private interface Values {
        float get(Setting<Float> setting, float fallback);
    }

    private static OptimizerSettings read(Kind kind, Values given) {
        return switch (kind) {
            case SGD -> new Sgd.Settings(given.get(LR, 0.1f), given.get(MOMENTUM, 0));
            case NESTEROV -> new Nesterov.Settings(given.get(LR, 0.1f), given.get(MOMENTUM, 0.9f));
            case ADAGRAD -> new Adagrad.Settings(given.get(LR, 0.01f), given.get(EPSILON, 1e-10f));
            case RMSPROP ->
                new RmsProp.Settings(given.get(LR, 0.001f), given.get(RHO, 0.99f), given.get(EPSILON, 1e-8f));
            case ADADELTA -> new Adadelta.Settings(given.get(LR, 1), given.get(RHO, 0.9f), given.get(EPSILON, 1e-6f));
            case ADAM ->
                new Adam.Settings(
                        given.get(LR, 0.001f),
                        given.get(BETA1, 0.9f),
                        given.get(BETA2, 0.999f),
                        given.get(EPSILON, 1e-8f));
            case ADAMW ->
                new AdamW.Settings(
                        given.get(LR, 0.001f),
                        given.get(BETA1, 0.9f),
                        given.get(BETA2, 0.999f),
                        given.get(EPSILON, 1e-8f),
                        given.get(WEIGHT_DECAY, 0.01f));
        };
    }

    /** What is added to the gradient of the weights: none of it with AdamW, whose decay is apart from the gradient. */
    static float addedWeightDecay(SettingsReader from, OptimizerSettings optimizer) {
        return optimizer.kind() == Kind.ADAMW ? 0 : from.find(WEIGHT_DECAY).orElse(0f);
    }

    /** The value of a setting that not every optimizer has. */
    static Optional<Float> value(OptimizerSettings of, Setting<Float> setting) {
        return Optional.ofNullable(values(of).get(setting));
    }

    private static Map<Setting<Float>, Float> values(OptimizerSettings of) {
        if (of instanceof Sgd.Settings sgd) {
            return Map.of(MOMENTUM, sgd.momentum());
        }
        if (of instanceof Nesterov.Settings nesterov) {
            return Map.of(MOMENTUM, nesterov.momentum());
        }
        if (of instanceof Adagrad.Settings adagrad) {
            return Map.of(EPSILON, adagrad.epsilon());
        }
        if (of instanceof RmsProp.Settings rmsProp) {
            return Map.of(RHO, rmsProp.rho(), EPSILON, rmsProp.epsilon());
        }
        if (of instanceof Adadelta.Settings adadelta) {
            return Map.of(RHO, adadelta.rho(), EPSILON, adadelta.epsilon());
        }
        if (of instanceof Adam.Settings adam) {
            return Map.of(BETA1, adam.beta1(), BETA2, adam.beta2(), EPSILON, adam.epsilon());
        }
        AdamW.Settings adamW = (AdamW.Settings) of;
        return Map.of(
                BETA1, adamW.beta1(),
                BETA2, adamW.beta2(),
                EPSILON, adamW.epsilon(),
                WEIGHT_DECAY, adamW.weightDecay());
    }
}
