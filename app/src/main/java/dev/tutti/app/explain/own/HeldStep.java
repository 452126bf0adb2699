package dev.tutti.app.explain.own;

import dev.tutti.app.explain.step.Problem;
import dev.tutti.app.explain.step.Sample;
import dev.tutti.app.run.PreparedRun;
import dev.tutti.config.TrainingSettings;
import dev.tutti.data.Dataset;
import dev.tutti.data.EpochOrder;
import dev.tutti.files.InputException;
import dev.tutti.model.NetworkSpec;
import dev.tutti.optim.Schedule.Kind;
import dev.tutti.train.ReferenceTrainer;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingFailedException;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingRun;
import dev.tutti.train.TrainingSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * A step of a training held still: with the weights and the samples that it had. As the bits are the same whoever computes them, the
 * reference trainer finds the weights by training up to there, whatever cluster the training itself had.
 *
 * @param problem what the step is computed of
 * @param epoch in which it is, counted from 1
 * @param steps number of steps of the training
 * @param batchSamples number of samples of its mini-batch, with replicas that of the first one's first step; a page shows at most {@link #MOST_SAMPLES} of them
 */
public record HeldStep(Problem problem, int epoch, long steps, int batchSamples) {
    /** More samples no page can hold. */
    public static final int MOST_SAMPLES = 8;

    /** Some seconds of a small network. */
    private static final long MOST_REPLAYED = 200_000;

    /** The same, where its steps have many samples. */
    private static final long MOST_REPLAYED_SAMPLES = 20_000_000;

    /**
     * Finds a step.
     *
     * @param name of the training
     * @param settings of the training
     * @param number of the step, counted from 1
     * @throws InputException if there is no such step, or the network is too large to be shown
     * @throws InterruptedException if the thread is interrupted
     */
    public static HeldStep of(String name, TrainingSettings settings, long number) throws InterruptedException {
        TrainingJob job = PreparedRun.besides(settings).job();
        TrainingSpec spec = job.spec();
        NetworkSpec network = spec.network();
        OwnData.requireSmall(network);
        long steps = (long) spec.epochs() * spec.stepsPerEpoch();
        long most = Math.min(
                steps,
                Math.min(MOST_REPLAYED, 1 + MOST_REPLAYED_SAMPLES / Math.min(spec.samplesPerStep(), spec.samples())));
        if (number < 1 || number > most) {
            throw new InputException("number: no step " + number + " to show, allowed: 1 to " + most);
        }
        int epoch = (int) ((number - 1) / spec.stepsPerEpoch()) + 1;
        int stepInEpoch = (int) ((number - 1) % spec.stepsPerEpoch());
        int[] rows = new int[spec.samples()];
        EpochOrder.fill(rows, spec.seed(), epoch, spec.shuffle());
        boolean local = spec.sync() == Sync.LOCAL;
        int batchSamples =
                local ? Math.min(spec.batchSize(), spec.samplesOfStep(stepInEpoch)) : spec.samplesOfStep(stepInEpoch);
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < Math.min(MOST_SAMPLES, batchSamples); i++) {
            int row = rows[stepInEpoch * spec.samplesPerStep() + i];
            Sample sample = OwnData.sample(network, job.training(), row);
            samples.add(new Sample(job.sourceRows()[row], sample.x(), sample.y(), sample.origin()));
        }
        Stop before = before(job, number);
        Problem problem = new Problem(
                name,
                "step " + number + " of " + name,
                network,
                before.parameters,
                before.learningRate,
                samples,
                List.of(),
                notes(settings, batchSamples));
        return new HeldStep(problem, epoch, steps, batchSamples);
    }

    private static List<String> notes(TrainingSettings settings, int batchSamples) {
        List<String> notes = new ArrayList<>();
        notes.add("One segment is one sample; rows are counted from 0, in the order of the data; x and y are scaled.");
        if (settings.sync() == Sync.LOCAL) {
            notes.add("The first step of the first of " + settings.local().replicas()
                    + " replicas: each makes up to " + settings.local().steps()
                    + " from these weights, and then the mean is taken of their weights.");
        }
        if (batchSamples > MOST_SAMPLES) {
            notes.add("The first " + MOST_SAMPLES + " of the " + batchSamples + " samples of the mini-batch.");
        }
        if (!OwnData.isPlainDescent(settings)) {
            notes.add("The update is " + OwnData.PLAIN_DESCENT);
        }
        return List.copyOf(notes);
    }

    /** Trains up to the step; samples that are held out count only where what is done depends on their loss. */
    private static Stop before(TrainingJob job, long number) throws InterruptedException {
        TrainingSpec spec = job.spec();
        Stop stop = new Stop(job, number);
        boolean followsLoss = spec.refinements().patience() > 0
                || spec.refinements().update().schedule().kind() == Kind.PLATEAU;
        try {
            ReferenceTrainer.train(followsLoss ? job : withoutValidation(job), stop);
        } catch (Reached e) {
            return stop;
        } catch (TrainingFailedException e) {
            if (stop.parameters != null) {
                return stop;
            }
            throw new InputException("number: the training ended before step " + number + ": " + e.getMessage(), e);
        }
        throw new InputException("number: the training ended before step " + number + ", as its loss fell no more");
    }

    private static TrainingJob withoutValidation(TrainingJob job) {
        Dataset nothing = new Dataset(
                new float[0],
                job.training().featureCount(),
                new float[0],
                job.training().targetCount(),
                0);
        return new TrainingJob(
                job.name(),
                job.spec(),
                job.training(),
                job.sourceRows(),
                nothing,
                job.targetUnit(),
                job.initialParameters(),
                job.start(),
                job.onDivergence());
    }

    /** Keeps the weights before a step and its learning rate, and goes no further. */
    private static final class Stop implements TrainingListener {
        private final long number;
        private float[] parameters;
        private float learningRate;

        Stop(TrainingJob job, long number) {
            this.number = number;
            if (number == 1) {
                parameters = job.initialParameters().clone();
                learningRate = job.spec().learningRate(0, 1);
            }
        }

        @Override
        public void onStepEnd(TrainingRun run) {
            if (run.step() == number - 1) {
                parameters = run.parameters().clone();
            } else if (run.step() == number) {
                learningRate = run.learningRate();
                throw new Reached();
            }
        }
    }

    private static final class Reached extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Reached() {
            super(null, null, false, false);
        }
    }
}
