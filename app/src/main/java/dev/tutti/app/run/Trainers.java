package dev.tutti.app.run;

import dev.tutti.app.cluster.CoordinatorNode;
import dev.tutti.app.cluster.EmbeddedCluster;
import dev.tutti.config.ClusterSettings;
import dev.tutti.config.Endpoint;
import dev.tutti.config.Environment;
import dev.tutti.config.TrainingSettings;
import dev.tutti.data.Fingerprint;
import dev.tutti.files.InputException;
import dev.tutti.protocol.Placement;
import dev.tutti.train.ComputeThreads;
import dev.tutti.train.ReferenceTrainer;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingResult;
import dev.tutti.train.TrainingRun;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.Averaging;
import java.time.Duration;
import java.util.Optional;

/** Chooses who trains. */
public final class Trainers {
    /** Largest training set that each worker process gets as a whole. */
    private static final long MOST_REPLICATED_BYTES = 1L << 30;

    private Trainers() {}

    /**
     * @param kind {@code cluster}, or {@code reference} for one thread without actors or network
     * @param settings of the run
     */
    public static Trainer of(String kind, TrainingSettings settings) {
        return unlessDone(byName(kind, settings));
    }

    /** For a run that may have come to its end before. */
    public static Trainer unlessDone(Trainer trainer) {
        return (job, listener) ->
                isDone(job) ? new TrainingRun(job, TrainingListener.NONE).result(0) : trainer.train(job, listener);
    }

    /** Whether all was trained before the process ended, and only the outcome is not written yet. */
    private static boolean isDone(TrainingJob job) {
        return job.start().map(state -> state.position().isEnd(job.spec())).orElse(false);
    }

    private static Trainer byName(String kind, TrainingSettings settings) {
        return switch (kind) {
            case "reference" -> ReferenceTrainer::train;
            case "cluster" -> cluster(settings);
            default ->
                throw new InputException("--trainer: unknown value: \"" + kind + "\", allowed: cluster, reference");
        };
    }

    private static Trainer cluster(TrainingSettings settings) {
        ClusterSettings cluster = settings.cluster();
        return cluster.embedded()
                ? (job, listener) -> embedded(job, cluster, listener)
                : (job, listener) -> withProcesses(job, cluster, listener);
    }

    private static TrainingResult embedded(TrainingJob job, ClusterSettings cluster, TrainingListener listener)
            throws InterruptedException {
        return EmbeddedCluster.train(
                job,
                Fingerprint.sha256(job.training()),
                threads(job.spec(), cluster),
                cluster.placement().orElseGet(() -> defaultPlacement(job)),
                cluster.transport(),
                listener);
    }

    /** Number of compute threads of a run in one process. */
    static int threads(TrainingSpec spec, ClusterSettings cluster) {
        return cluster.workers().orElseGet(() -> ComputeThreads.of(spec, Environment.processors()));
    }

    private static TrainingResult withProcesses(TrainingJob job, ClusterSettings cluster, TrainingListener listener)
            throws InterruptedException {
        Endpoint bind = cluster.coordinatorBind().orElse(Endpoint.local());
        try (CoordinatorNode node =
                CoordinatorNode.start(bind, cluster.transport(), cluster.udpMtu(), cluster.aeronDirectory())) {
            boolean done = false;
            try {
                TrainingResult result = on(
                        node,
                        job,
                        cluster.placement(),
                        cluster.averaging(),
                        cluster.waitWorkers(),
                        cluster.giveUp(),
                        listener);
                done = true;
                return result;
            } finally {
                node.leave(done ? "the job is done" : "the job has ended early", !done);
            }
        }
    }

    /** Trains with the workers of a coordinator that is there. */
    public static TrainingResult on(
            CoordinatorNode node,
            TrainingJob job,
            Optional<Placement> placement,
            Averaging averaging,
            int waitWorkers,
            Duration giveUp,
            TrainingListener listener)
            throws InterruptedException {
        return node.train(
                job,
                Fingerprint.sha256(job.training()),
                placement.orElseGet(() -> defaultPlacement(job)),
                averaging,
                waitWorkers,
                giveUp,
                listener);
    }

    /** Every worker holds the training set while that is small beside what machines have. */
    private static Placement defaultPlacement(TrainingJob job) {
        long bytes = (long) Float.BYTES
                * job.training().samples()
                * (job.training().featureCount() + job.training().targetCount());
        return bytes <= MOST_REPLICATED_BYTES ? Placement.REPLICATE : Placement.STREAM;
    }
}
