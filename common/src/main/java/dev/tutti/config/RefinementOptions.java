package dev.tutti.config;

import dev.tutti.optim.OptimizerSettings;
import dev.tutti.optim.Schedule;
import dev.tutti.optim.Schedule.Kind;
import dev.tutti.optim.Schedule.Span;
import dev.tutti.optim.UpdateRules;
import dev.tutti.train.Refinements;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingSpec;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The settings of what is added to the plain algorithm. */
final class RefinementOptions {
    static final Setting<Kind> SCHEDULE = Setting.of(
                    "schedule", "NAME", Form.choice(Kind.class, Kind::id), "how the learning rate changes")
            .orElse(Kind.CONSTANT);
    static final Setting<Span> WARMUP = Setting.of(
                    "warmup", "STEPS|SHARE%", span(), "steps in which the learning rate rises, or such a share of all")
            .otherwise("0; one-cycle: 30%");
    static final Setting<Float> SCHEDULE_FACTOR = Setting.of(
                    "schedule-factor",
                    "FACTOR",
                    Form.single(Schedule.FACTOR),
                    "of step, exponential and plateau: what the rate is multiplied by, above 0, at most 1")
            .otherwise("0.1; exponential: 0.95");
    static final Setting<Integer> SCHEDULE_EPOCHS = Setting.of(
                    "schedule-epochs",
                    "N",
                    Form.integer(Schedule.EPOCHS),
                    "of step: epochs between two changes; of plateau: epochs without progress that are borne")
            .otherwise("3; plateau: 10");
    static final Setting<Float> L1 = Setting.of(
                    "l1",
                    "FACTOR",
                    Form.single(UpdateRules.PENALTY),
                    "of the penalty sum |w| of the weights, 0 or more")
            .orElse(0f);
    static final Setting<Float> L2 = Setting.of(
                    "l2",
                    "FACTOR",
                    Form.single(UpdateRules.PENALTY),
                    "of the penalty 1/2 sum w^2 of the weights, 0 or more")
            .orElse(0f);
    static final Setting<Float> MAX_NORM = Setting.of(
                    "max-norm",
                    "NORM",
                    Form.single(UpdateRules.LIMIT),
                    "largest norm of the weights of a unit; 0: no limit")
            .orElse(0f);
    static final Setting<Float> CLIP_NORM = Setting.of(
                    "clip-norm",
                    "NORM",
                    Form.single(UpdateRules.LIMIT),
                    "largest norm of the gradient of a step; 0: no limit")
            .orElse(0f);
    static final Setting<Float> CLIP_PER_SAMPLE = Setting.of(
                    "clip-per-sample",
                    "NORM",
                    Form.single(UpdateRules.LIMIT),
                    "largest norm of the gradient of a sample; 0: no limit")
            .orElse(0f);
    static final Setting<Float> INPUT_DROPOUT = Setting.of(
                    "input-dropout",
                    "RATE",
                    Form.single(TrainingSpec.DROPOUT),
                    "probability of leaving an input of the network out of a training step, 0 to below 1")
            .orElse(0f);
    static final Setting<Integer> EARLY_STOPPING = Setting.of(
                    "early-stopping",
                    "PATIENCE",
                    patience(),
                    "end after so many epochs without a lower validation loss, and keep the best weights; 0: neither")
            .orElse(0);

    /** Part of all steps in which the one cycle's rate rises, where none is given: PyTorch's default. */
    private static final Span CYCLE_RISE = new Span(0, 0.3);

    private static final Pattern SPAN = Pattern.compile("(\\d{1,9})|(\\d{1,2}(?:\\.\\d{1,9})?)%");
    private static final String PATIENCE = "patience=";

    private RefinementOptions() {}

    /** @throws dev.tutti.files.InputException if a value is out of range, or does not go with the others */
    static Refinements read(SettingsReader from, OptimizerSettings optimizer) {
        UpdateRules update = new UpdateRules(
                schedule(from),
                OptimizerOptions.addedWeightDecay(from, optimizer),
                from.get(L1),
                from.get(L2),
                from.get(MAX_NORM),
                from.get(CLIP_NORM));
        int patience = from.get(EARLY_STOPPING);
        boolean validates = from.has(TrainingOptions.VALIDATION_DATA) || from.get(TrainingOptions.VALIDATION) > 0;
        if (patience > 0 && !validates) {
            throw from.conflict(EARLY_STOPPING, "needs validation samples; give a share to validation");
        }
        return new Refinements(update, patience, from.get(CLIP_PER_SAMPLE), from.get(INPUT_DROPOUT));
    }

    private static Schedule schedule(SettingsReader from) {
        Kind kind = from.get(SCHEDULE);
        if (kind == Kind.PLATEAU && from.get(TrainingOptions.SYNC) == Sync.LOCAL) {
            throw from.conflict(
                    SCHEDULE,
                    "plateau does not go with sync local, whose replicas do not hear of the loss; take another");
        }
        Optional<Float> factor = from.find(SCHEDULE_FACTOR);
        Optional<Integer> epochs = from.find(SCHEDULE_EPOCHS);
        if (factor.isPresent() && !hasFactor(kind)) {
            throw from.conflict(SCHEDULE_FACTOR, "not a setting of the schedule " + kind.id());
        }
        if (epochs.isPresent() && !hasEpochs(kind)) {
            throw from.conflict(SCHEDULE_EPOCHS, "not a setting of the schedule " + kind.id());
        }
        float usualFactor = kind == Kind.EXPONENTIAL ? 0.95f : 0.1f;
        int usualEpochs = kind == Kind.STEP ? 3 : 10;
        return new Schedule(
                kind,
                from.find(WARMUP).orElse(usualWarmup(kind)),
                factor.orElse(hasFactor(kind) ? usualFactor : 1),
                epochs.orElse(hasEpochs(kind) ? usualEpochs : 1));
    }

    private static Span usualWarmup(Kind kind) {
        return kind == Kind.ONE_CYCLE ? CYCLE_RISE : Span.NONE;
    }

    /** The warm-up of a schedule, if it is another than the usual one. */
    static Optional<Span> warmup(Schedule of) {
        return Optional.of(of.warmup()).filter(span -> !span.equals(usualWarmup(of.kind())));
    }

    private static boolean hasFactor(Kind kind) {
        return kind == Kind.EXPONENTIAL || hasEpochs(kind);
    }

    private static boolean hasEpochs(Kind kind) {
        return kind == Kind.STEP || kind == Kind.PLATEAU;
    }

    /** The factor of a schedule, if it has one. */
    static Optional<Float> factor(Schedule of) {
        return hasFactor(of.kind()) ? Optional.of(of.factor()) : Optional.empty();
    }

    /** The epochs of a schedule, if it has any. */
    static Optional<Integer> epochs(Schedule of) {
        return hasEpochs(of.kind()) ? Optional.of(of.epochs()) : Optional.empty();
    }

    private static Form<Span> span() {
        return new Form<>(
                "",
                text -> {
                    Matcher matcher = SPAN.matcher(text);
                    if (!matcher.matches()) {
                        throw new Form.BadValueException(
                                "no number of steps", text, "a whole number, or a share such as 5%, below 100%");
                    }
                    return matcher.group(1) != null
                            ? new Span(Long.parseLong(text), 0)
                            : new Span(
                                    0,
                                    new BigDecimal(matcher.group(2))
                                            .movePointLeft(2)
                                            .doubleValue());
                },
                span -> span.share() > 0
                        ? BigDecimal.valueOf(span.share())
                                        .movePointRight(2)
                                        .stripTrailingZeros()
                                        .toPlainString() + "%"
                        : String.valueOf(span.steps()));
    }

    /** {@code patience=5}, or the number alone. */
    private static Form<Integer> patience() {
        Form<Integer> number = Form.integer(Refinements.PATIENCE);
        return new Form<>(
                "",
                text -> number.parser().parse(text.startsWith(PATIENCE) ? text.substring(PATIENCE.length()) : text),
                number.writer());
    }
}
