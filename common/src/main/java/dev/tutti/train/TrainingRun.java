package dev.tutti.train;

import dev.tutti.model.ParameterLayout;
import dev.tutti.optim.Plateau;
import dev.tutti.optim.Schedule;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SharedLoop;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The state of a run and what follows from the sum of a step's gradients: the update, the metrics, the end of an epoch. The
 * reference trainer and the cluster's coordinator both drive one of these, so they cannot differ in it. Owned by one thread, which
 * others may help.
 */
public final class TrainingRun {
    private final TrainingSpec spec;
    private final ParameterLayout layout;
    private final float[] parameters;
    private final ParameterUpdate parameterUpdate;
    private final boolean classes;
    private final Evaluation validation;
    private final TrainingListener listener;
    private final DivergenceGuard guard;
    private final BadSamples badSamples;
    private final TrainingState beforeUpdate;
    /** The parameters of the best epoch; null where it is not looked for. */
    private final float[] bestParameters;

    private final SharedLoop.Body checkGradient = (thread, turn) -> checkGradient(turn);

    private int epoch;
    private int stepInEpoch;
    private long step;
    private long samples;
    private double epochLossSum;
    private double epochWeightSum;
    private double epochCorrectSum;
    private long skippedSteps;
    private double secondsBefore;
    private long startNs = -1;
    private EpochMetrics lastEpoch;
    private Plateau plateau;
    private BestEpoch best;
    private boolean failed;
    private float[] gradientSum;
    /** Only ever set while threads share a loop, so it does not matter which of them does. */
    private boolean notFinite;

    /**
     * @param job what to train
     * @param listener told about every step and epoch
     */
    public TrainingRun(TrainingJob job, TrainingListener listener) {
        this.spec = job.spec();
        this.layout = new ParameterLayout(spec.network());
        this.parameters = job.initialParameters().clone();
        if (parameters.length != layout.parameterCount()) {
            throw new IllegalArgumentException("initial parameters do not fit the network: expected="
                    + layout.parameterCount() + ", found=" + parameters.length);
        }
        this.parameterUpdate = spec.newUpdate(parameters);
        this.bestParameters = spec.refinements().patience() > 0 ? parameters.clone() : null;
        this.classes = job.targetUnit().classes();
        this.validation = job.validation().samples() == 0
                ? null
                : new Evaluation(spec.network(), job.validation(), job.targetUnit());
        this.listener = listener;
        this.badSamples = new BadSamples(job);
        TrainingPosition from = TrainingPosition.START;
        if (job.start().isPresent()) {
            job.start().get().copyTo(parameters, remembered());
            from = job.start().get().position();
        }
        this.lastEpoch = job.start().map(TrainingState::lastEpoch).orElse(EpochMetrics.NONE);
        this.guard = new DivergenceGuard(from.guard());
        this.plateau = from.plateau();
        this.best = from.best();
        parameterUpdate.plateauFactor(plateau.factor());
        this.epoch = from.epoch();
        this.stepInEpoch = from.stepInEpoch();
        this.step = from.step();
        this.samples = from.samples();
        this.epochLossSum = from.lossSum();
        this.epochWeightSum = from.weightSum();
        this.epochCorrectSum = from.correctSum();
        this.skippedSteps = from.skippedSteps();
        this.secondsBefore = from.seconds();
        this.beforeUpdate = job.onDivergence() == OnDivergence.SKIP_STEP ? newState() : null;
    }

    /** The settings of the run. */
    public TrainingSpec spec() {
        return spec;
    }

    /** What the optimizer remembers, by name and always in the same order; changed by {@link #apply}. */
    public Map<String, float[]> optimizerState() {
        return parameterUpdate.state();
    }

    /** The current parameters; changed by {@link #apply}. */
    public float[] parameters() {
        return parameters;
    }

    /** Whether all epochs are done, or the validation loss has not fallen for as many as the settings bear. */
    public boolean isFinished() {
        return epoch > spec.epochs()
                || (stepInEpoch == 0 && best.ends(epoch - 1, spec.refinements().patience()));
    }

    /** Number of the current epoch, counted from 1. */
    public int epoch() {
        return epoch;
    }

    /** Number of the current step in its epoch, counted from 0. */
    public int stepInEpoch() {
        return stepInEpoch;
    }

    /** Number of the current step in the run, counted from 0. */
    public long step() {
        return step;
    }

    /** The learning rate of the step before the current one. */
    public float learningRate() {
        return spec.learningRate(step - 1, plateau.factor());
    }

    /** Starts the clock, when the first work is handed out. */
    public void start() {
        if (startNs < 0) {
            startNs = System.nanoTime();
        }
    }

    /** Number of steps so far whose update was left out. */
    public long skippedSteps() {
        return skippedSteps;
    }

    /** Returns a state with room for this run's, for {@link #save}. */
    public TrainingState newState() {
        Map<String, float[]> state = new LinkedHashMap<>();
        remembered().forEach((name, values) -> state.put(name, new float[values.length]));
        return new TrainingState(TrainingPosition.START, EpochMetrics.NONE, new float[parameters.length], state);
    }

    /** All arrays besides the parameters that the run goes on with. */
    private Map<String, float[]> remembered() {
        if (bestParameters == null) {
            return parameterUpdate.state();
        }
        Map<String, float[]> all = new LinkedHashMap<>(parameterUpdate.state());
        all.put("best", bestParameters);
        return all;
    }

    /**
     * Copies where the run stands between two steps. May be called by any thread: one that is not the run's waits for the end of
     * an update.
     *
     * @param to a state of {@link #newState}
     * @return false, with {@code to} unchanged, if the training has failed, so that there is no state worth keeping
     */
    public synchronized boolean save(TrainingState to) {
        if (failed) {
            return false;
        }
        to.set(position(), lastEpoch, parameters, remembered());
        return true;
    }

    private TrainingPosition position() {
        return new TrainingPosition(
                epoch,
                stepInEpoch,
                step,
                samples,
                epochLossSum,
                epochWeightSum,
                epochCorrectSum,
                seconds(),
                skippedSteps,
                guard.state(),
                plateau,
                best);
    }

    private double seconds() {
        return secondsBefore + (startNs < 0 ? 0 : (System.nanoTime() - startNs) / 1e9);
    }

    /**
     * Makes the update of the current step on this thread alone, and moves on to the next; see {@link #apply(PartialGradient,
     * SharedLoop)}.
     */
    public void apply(PartialGradient root) {
        apply(root, SharedLoop.ALONE);
    }

    /**
     * Makes the update of the current step, and moves on to the next.
     *
     * @param root sum over all segments of the step; only read
     * @param threads share what is long: the update, its checks, validation
     * @throws DivergedException if it is not finite, or the new parameters are not, and such steps are not to be left out; or if
     *     the loss grows without bound. The run cannot go on then, and has no state to save.
     */
    public void apply(PartialGradient root, SharedLoop threads) {
        synchronized (this) {
            try {
                start();
                int stepSamples = spec.samplesOfStep(stepInEpoch);
                if (root.weightSum() != stepSamples) {
                    throw new IllegalStateException("step does not add up: epoch=" + epoch + ", step=" + (step + 1)
                            + ", samples=" + stepSamples + ", found=" + root.weightSum());
                }
                double meanLoss = root.lossSum() / root.weightSum();
                update(root, meanLoss, threads);
                int stepEpoch = epoch;
                step++;
                samples += stepSamples;
                stepInEpoch++;
                listener.onStep(stepEpoch, step, samples, meanLoss);
                if (stepInEpoch == spec.stepsPerEpoch()) {
                    endEpoch(threads);
                }
            } catch (RuntimeException | Error e) {
                // In the middle of an update, perhaps: there is no state worth keeping.
                failed = true;
                throw e;
            }
        }
        listener.onStepEnd(this);
    }

    private void update(PartialGradient root, double meanLoss, SharedLoop threads) {
        String problem = problemOf(root, meanLoss, threads);
        if (problem == null) {
            if (guard.grows(step, meanLoss)) {
                throw diverged("the loss grows without bound: it is " + (float) meanLoss + ", "
                        + DivergenceGuard.PATIENCE + " steps in a row above " + (long) DivergenceGuard.FAR
                        + " times the "
                        + (float) guard.usualLoss() + " of the first steps");
            }
            if (beforeUpdate != null) {
                save(beforeUpdate);
            }
            boolean finite = parameterUpdate.run(step, step - skippedSteps, root.gradient(), root.weightSum(), threads);
            int bad = finite ? -1 : Finite.firstNotFinite(parameters);
            problem =
                    bad < 0 ? null : "the weights of layer " + layout.layerOf(bad) + " would become " + parameters[bad];
            if (problem != null && beforeUpdate != null) {
                beforeUpdate.copyTo(parameters, remembered());
            }
        }
        if (problem != null) {
            skip(problem);
            return;
        }
        guard.onUpdate();
        epochLossSum += root.lossSum();
        epochWeightSum += root.weightSum();
        epochCorrectSum += root.correctSum();
    }

    private void checkGradient(int block) {
        int from = block * ParameterUpdate.BLOCK;
        if (!Finite.isFinite(gradientSum, from, Math.min(from + ParameterUpdate.BLOCK, gradientSum.length))) {
            notFinite = true;
        }
    }

    private String problemOf(PartialGradient root, double meanLoss, SharedLoop threads) {
        gradientSum = root.gradient();
        notFinite = false;
        parameterUpdate.worthwhile(threads).run(parameterUpdate.blocks(), checkGradient);
        int bad = notFinite ? Finite.firstNotFinite(gradientSum) : -1;
        if (Double.isFinite(meanLoss) && bad < 0) {
            return null;
        }
        String gradient = bad < 0 ? "" : "the gradient of layer " + layout.layerOf(bad) + " is " + root.gradient()[bad];
        return Double.isFinite(meanLoss) ? gradient : "the loss is " + meanLoss + (bad < 0 ? "" : ", and " + gradient);
    }

    private void skip(String problem) {
        if (beforeUpdate == null) {
            throw diverged(problem);
        }
        if (guard.isTooMany()) {
            throw diverged(problem + ", as in the " + DivergenceGuard.PATIENCE + " steps before, which were left out");
        }
        skippedSteps++;
        listener.onSkippedStep(
                epoch, step + 1, skippedSteps, problem + ": " + badSamples.of(parameters, epoch, stepInEpoch));
    }

    private DivergedException diverged(String problem) {
        failed = true;
        boolean changed = problem.startsWith("the weights");
        return new DivergedException("training diverged: " + problem + ": epoch " + epoch + ", step " + (step + 1)
                + ", "
                + (changed ? badSamples.names(epoch, stepInEpoch) : badSamples.of(parameters, epoch, stepInEpoch))
                + "; a smaller --lr may help (it is " + spec.optimizer().learningRate() + ")");
    }

    /** Returns what the run leaves; {@code workers} is the number of compute threads at the end. */
    public TrainingResult result(int workers) {
        if (bestParameters == null || best.epoch() == 0) {
            return new TrainingResult(parameters, lastEpoch, 0, workers);
        }
        if (validation != null) {
            validation.run(bestParameters);
            lastEpoch = lastEpoch.validated(validation);
        }
        return new TrainingResult(bestParameters, lastEpoch, best.epoch(), workers);
    }

    /** What follows from the loss of an epoch: other learning rates, and whether its weights are the best so far. */
    private void judge(double loss) {
        Schedule schedule = spec.refinements().update().schedule();
        if (schedule.kind() == Schedule.Kind.PLATEAU) {
            plateau = plateau.after(loss, schedule);
            parameterUpdate.plateauFactor(plateau.factor());
        }
        if (bestParameters != null && best.isWorseThan(loss)) {
            best = new BestEpoch(epoch, loss);
            System.arraycopy(parameters, 0, bestParameters, 0, parameters.length);
        }
    }

    private void endEpoch(SharedLoop threads) {
        lastEpoch = new EpochMetrics(
                epoch,
                step,
                samples,
                epochLossSum / epochWeightSum,
                classes ? epochCorrectSum / epochWeightSum : Double.NaN,
                Double.NaN,
                Double.NaN,
                Double.NaN,
                learningRate(),
                0);
        if (validation != null) {
            validation.run(parameters, threads);
            lastEpoch = lastEpoch.validated(validation);
        }
        lastEpoch = lastEpoch.at(seconds());
        judge(validation == null ? lastEpoch.trainLoss() : lastEpoch.validationLoss());
        epoch++;
        stepInEpoch = 0;
        epochLossSum = 0;
        epochWeightSum = 0;
        epochCorrectSum = 0;
        listener.onEpoch(lastEpoch);
    }
}
