package dev.tutti.app.server;

import dev.tutti.app.cluster.ClientJobs;
import dev.tutti.app.cluster.CoordinatorNode;
import dev.tutti.app.console.LineWriter;
import dev.tutti.app.job.Job;
import dev.tutti.app.job.JobQueue;
import dev.tutti.app.job.JobServer;
import dev.tutti.app.run.RunName;
import dev.tutti.app.run.Trainers;
import dev.tutti.app.run.TrainingSession;
import dev.tutti.config.CoordinatorSettings;
import dev.tutti.config.TrainingSettings;
import java.io.PrintWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trains what clients hand in, with the workers of this coordinator. */
public final class CoordinatorServer {
    private static final Logger LOG = LoggerFactory.getLogger(CoordinatorServer.class);
    private static final int MOST_WAITING = 100;

    private final CoordinatorSettings settings;

    /** @param settings of the process */
    public CoordinatorServer(CoordinatorSettings settings) {
        this.settings = settings;
    }

    /** Takes jobs until interrupted. */
    public void run() throws InterruptedException {
        JobQueue queue = new JobQueue(MOST_WAITING);
        try (CoordinatorNode node = CoordinatorNode.start(
                settings.bind(), settings.transport(), settings.udpMtu(), settings.aeronDirectory())) {
            node.takeJobs(new ClientJobs(queue));
            LOG.info("waiting for jobs: tutti train DATA --coordinator {}", settings.bind());
            try {
                new JobServer(queue, job -> train(node, job)).run();
            } finally {
                node.leave("the coordinator ends", true);
            }
        }
    }

    private String train(CoordinatorNode node, Job job) throws InterruptedException {
        PrintWriter lines = new PrintWriter(new LineWriter(job::tell), true);
        StringBuilder summary = new StringBuilder();
        PrintWriter json = new PrintWriter(new LineWriter(summary::append), true);
        TrainingSettings run = TrainingSettings.readSubmitted(job.config(), settings.roots());
        LOG.info("{}: {}", job.id(), RunName.of(run));
        new TrainingSession(
                        run,
                        (training, listener) -> Trainers.on(
                                node,
                                training,
                                run.cluster().placement(),
                                run.cluster().averaging(),
                                settings.waitWorkers(),
                                settings.giveUp(),
                                listener),
                        settings.roots().runs(),
                        json,
                        lines,
                        false)
                .run();
        return summary.toString();
    }
}
