package dev.tutti.train;

import dev.tutti.data.Dataset;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.optim.OptimizerSettings;
import dev.tutti.optim.Sgd;
import dev.tutti.random.Philox;
import dev.tutti.reduce.NodePrecision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Small jobs. */
public final class TestJobs {
    private TestJobs() {}

    /** A job of 23 samples, 5 steps an epoch, 3 epochs. */
    public static TrainingJob job(float momentum) {
        return job(momentum, 3, 7);
    }

    /** The same with other epochs and hidden units. */
    public static TrainingJob job(float momentum, int epochs, int hidden) {
        return job(new Sgd.Settings(0.1f, momentum), epochs, hidden);
    }

    /** The same with an optimizer. */
    public static TrainingJob job(OptimizerSettings optimizer, int epochs, int hidden) {
        NetworkSpec network = new NetworkSpec(
                List.of(4, hidden, 3), List.of(Activation.RELU, Activation.SOFTMAX), Loss.CROSS_ENTROPY);
        TrainingSpec spec = new TrainingSpec(network, optimizer, epochs, 5, 2, Sync.STEP, 7, true, 0.2f, 23);
        float[] parameters = new float[new ParameterLayout(network).parameterCount()];
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = Philox.uniform(3, Philox.Purpose.INITIAL_WEIGHTS, 0, i) - 0.5f;
        }
        return new TrainingJob("test", spec, data(23, 1), data(6, 2), parameters);
    }

    /** The job with nodes rounded. */
    static TrainingJob with(TrainingJob job, NodePrecision wire) {
        TrainingSpec spec = job.spec();
        TrainingSpec rounding = new TrainingSpec(
                spec.network(),
                spec.optimizer(),
                spec.epochs(),
                spec.batchSize(),
                spec.segmentSize(),
                spec.sync(),
                LocalSteps.NONE,
                spec.seed(),
                spec.shuffle(),
                spec.dropout(),
                wire,
                Refinements.NONE,
                spec.samples());
        return new TrainingJob("test", rounding, job.training(), job.validation(), job.initialParameters());
    }

    /** The job with replicas, and nodes rounded. */
    public static TrainingJob local(TrainingJob job, int replicas, int steps, NodePrecision wire) {
        TrainingSpec spec = job.spec();
        TrainingSpec local = new TrainingSpec(
                spec.network(),
                spec.optimizer(),
                spec.epochs(),
                spec.batchSize(),
                spec.segmentSize(),
                Sync.LOCAL,
                new LocalSteps(replicas, steps),
                spec.seed(),
                spec.shuffle(),
                spec.dropout(),
                wire,
                Refinements.NONE,
                spec.samples());
        return new TrainingJob("test", local, job.training(), job.validation(), job.initialParameters());
    }

    /** The job, going on from a state. */
    public static TrainingJob from(TrainingJob job, TrainingState state) {
        return new TrainingJob(
                job.name(),
                job.spec(),
                job.training(),
                job.sourceRows(),
                job.validation(),
                job.targetUnit(),
                job.initialParameters(),
                Optional.of(state),
                job.onDivergence());
    }

    /** The job with another way with steps that are not finite. */
    static TrainingJob with(TrainingJob job, OnDivergence policy) {
        return new TrainingJob(
                job.name(),
                job.spec(),
                job.training(),
                job.sourceRows(),
                job.validation(),
                job.targetUnit(),
                job.initialParameters(),
                Optional.empty(),
                policy);
    }

    /** The states after each step, the last one included. */
    public static List<TrainingState> states(TrainingJob job) throws InterruptedException {
        List<TrainingState> states = new ArrayList<>();
        ReferenceTrainer.train(job, new TrainingListener() {
            @Override
            public void onStepEnd(TrainingRun run) {
                TrainingState state = run.newState();
                if (!run.save(state)) {
                    throw new AssertionError("not saved");
                }
                states.add(state);
            }
        });
        return states;
    }

    private static Dataset data(int samples, long seed) {
        float[] x = new float[samples * 4];
        float[] y = new float[samples];
        for (int i = 0; i < x.length; i++) {
            x[i] = 2 * Philox.uniform(seed, Philox.Purpose.NOISE, 0, i) - 1;
        }
        for (int i = 0; i < y.length; i++) {
            y[i] = Philox.below(3, seed, Philox.Purpose.NOISE, 1, i);
        }
        return new Dataset(x, 4, y, 1, samples);
    }
}
