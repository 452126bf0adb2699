package dev.tutti.app.job;

import dev.tutti.app.cluster.CoordinatorNode;
import dev.tutti.app.console.ExitCode;
import dev.tutti.app.run.RunName;
import dev.tutti.app.run.Trainers;
import dev.tutti.app.run.TrainingSession;
import dev.tutti.config.CoordinatorSettings;
import dev.tutti.config.TrainingSettings;
import dev.tutti.files.InputException;
import dev.tutti.protocol.ClientMessage.Ended;
import dev.tutti.train.TrainingFailedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the jobs that clients hand to a coordinator process, one after the other. */
public final class JobServer {
    private static final Logger LOG = LoggerFactory.getLogger(JobServer.class);

    private final CoordinatorSettings settings;
    private final JobQueue queue = new JobQueue();

    public JobServer(CoordinatorSettings settings) {
        this.settings = settings;
    }

    /** Takes jobs until interrupted. */
    public void run() throws InterruptedException {
        try (CoordinatorNode node =
                CoordinatorNode.start(settings.bind(), settings.transport(), settings.aeronDirectory())) {
            node.takeJobs(queue);
            LOG.info("waiting for jobs: tutti train DATA --coordinator {}", settings.bind());
            try {
                while (true) {
                    run(node, queue.take());
                }
            } finally {
                queue.endAll(new Ended(ExitCode.INTERRUPTED.code(), "the coordinator ends", ""));
                node.leave("the coordinator ends", true);
            }
        }
    }

    /** Runs one job on a thread of its own, so that a client can interrupt its job and nothing else. */
    private void run(CoordinatorNode node, JobRequest job) throws InterruptedException {
        Thread thread = new Thread(() -> job.end(train(node, job)), "tutti-job");
        queue.running(job, thread);
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            thread.interrupt();
            thread.join();
            throw e;
        } finally {
            queue.running(null, null);
        }
    }

    private Ended train(CoordinatorNode node, JobRequest job) {
        PrintWriter lines = new PrintWriter(new LineWriter(job::tell), true);
        StringBuilder summary = new StringBuilder();
        PrintWriter json = new PrintWriter(new LineWriter(summary::append), true);
        try {
            TrainingSettings run = read(job.config());
            LOG.info("job: {}", RunName.of(run));
            new TrainingSession(
                            run,
                            (training, listener) -> Trainers.on(
                                    node,
                                    training,
                                    run.cluster().placement(),
                                    settings.waitWorkers(),
                                    settings.giveUp(),
                                    listener),
                            json,
                            lines,
                            false)
                    .run();
            return new Ended(ExitCode.DONE.code(), "", summary.toString());
        } catch (InterruptedException e) {
            return new Ended(ExitCode.INTERRUPTED.code(), "interrupted " + e.getMessage(), "");
        } catch (InputException e) {
            return new Ended(ExitCode.BAD_INPUT.code(), e.getMessage(), "");
        } catch (TrainingFailedException e) {
            return new Ended(ExitCode.TRAINING_FAILED.code(), e.getMessage(), "");
        } catch (RuntimeException e) {
            LOG.error("job failed", e);
            return new Ended(ExitCode.INTERNAL_ERROR.code(), "internal error of the coordinator: " + e, "");
        }
    }

    private static TrainingSettings read(String config) {
        try {
            Path file = Files.createTempFile("tutti-job", ".conf");
            try {
                Files.writeString(file, config);
                return TrainingSettings.read(Map.of("json", "true"), Optional.of(file));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new InputException("the coordinator cannot write its temporary directory: " + e.getMessage(), e);
        }
    }

    /** Hands on whole lines. */
    private static final class LineWriter extends Writer {
        private final Consumer<String> lines;
        private final StringBuilder begun = new StringBuilder();

        LineWriter(Consumer<String> lines) {
            this.lines = lines;
        }

        @Override
        public void write(char[] text, int from, int count) {
            for (int i = from; i < from + count; i++) {
                if (text[i] == '\n') {
                    lines.accept(begun.toString());
                    begun.setLength(0);
                } else {
                    begun.append(text[i]);
                }
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
