package dev.tutti.app.explain.own;

import dev.tutti.app.explain.step.Problem;
import dev.tutti.app.explain.step.Sample;
import dev.tutti.app.run.PreparedRun;
import dev.tutti.config.TrainingSettings;
import dev.tutti.data.Dataset;
import dev.tutti.data.EpochOrder;
import dev.tutti.files.InputException;
import dev.tutti.model.NetworkSpec;
import dev.tutti.optim.Sgd;
import dev.tutti.train.ReferenceTrainer;
import dev.tutti.train.Refinements;
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
 * @param batchSamples number of samples of its mini-batch; a page shows at most {@link #MOST_SAMPLES} of them
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
        int batchSamples = spec.samplesOfStep(stepInEpoch);
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < Math.min(MOST_SAMPLES, batchSamples); i++) {
            int row = rows[stepInEpoch * spec.samplesPerStep() + i];
            Sample sample = OwnData.sample(network, job.training(), row);
            samples.add(new Sample(job.sourceRows()[row], sample.x(), sample.y(), sample.origin()));
        }
        float learningRate = settings.optimizer().learningRate();
        Problem problem = new Problem(
                name,
                "step " + number + " of " + name,
                network,
                weightsBefore(job, number),
                learningRate,
                samples,
                List.of(),
                notes(settings, learningRate, batchSamples));
        return new HeldStep(problem, epoch, steps, batchSamples);
    }

    private static List<String> notes(TrainingSettings settings, float learningRate, int batchSamples) {
        List<String> notes = new ArrayList<>();
        notes.add("One segment is one sample; rows are counted from 0, in the order of the data; x and y are scaled.");
        if (batchSamples > MOST_SAMPLES) {
            notes.add("The first " + MOST_SAMPLES + " of the " + batchSamples + " samples of the mini-batch.");
        }
        if (settings.dropout() > 0
                || !settings.refinements().equals(Refinements.NONE)
                || !settings.optimizer().equals(new Sgd.Settings(learningRate, 0))) {
            notes.add(
                    "The update is one of plain gradient descent, without momentum and dropout, whatever the settings say.");
        }
        return List.copyOf(notes);
    }

    private static float[] weightsBefore(TrainingJob job, long number) throws InterruptedException {
        if (number == 1) {
            return job.initialParameters().clone();
        }
        Dataset nothing = new Dataset(
                new float[0],
                job.training().featureCount(),
                new float[0],
                job.training().targetCount(),
                0);
        TrainingJob withoutValidation = new TrainingJob(
                job.name(),
                job.spec(),
                job.training(),
                job.sourceRows(),
                nothing,
                job.targetUnit(),
                job.initialParameters(),
                job.start(),
                job.onDivergence());
        Stop stop = new Stop(number - 1);
        try {
            ReferenceTrainer.train(withoutValidation, stop);
        } catch (Reached e) {
            return stop.parameters;
        } catch (TrainingFailedException e) {
            throw new InputException("number: the training ended before step " + number + ": " + e.getMessage(), e);
        }
        throw new IllegalStateException("step not reached: " + number);
    }

    /** Keeps the weights after a step, and goes no further. */
    private static final class Stop implements TrainingListener {
        private final long step;
        private float[] parameters;

        Stop(long step) {
            this.step = step;
        }

        @Override
        public void onStepEnd(TrainingRun run) {
            if (run.step() == step) {
                parameters = run.parameters().clone();
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
