package dev.tutti.app.job;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tutti.app.console.ExitCode;
import dev.tutti.files.InputException;
import dev.tutti.train.TrainingFailedException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JobServerTest {
    private final JobQueue queue = new JobQueue(10);
    private final BlockingQueue<JobOutcome> ends = new LinkedBlockingQueue<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final Thread server = new Thread(this::serve, "server");

    @AfterEach
    void stop() throws InterruptedException {
        server.interrupt();
        server.join();
    }

    @Test
    void shouldTellOneLineAndAnExitCodeWhateverAJobEndsWith() throws InterruptedException {
        server.start();
        assertEnd("done", JobStatus.SUCCEEDED, ExitCode.DONE, "");
        assertEnd("input", JobStatus.FAILED, ExitCode.BAD_INPUT, "no such file: a.csv");
        assertEnd("diverged", JobStatus.FAILED, ExitCode.TRAINING_FAILED, "the loss is NaN");
        assertEnd("bug", JobStatus.FAILED, ExitCode.INTERNAL_ERROR, "internal error");
        assertEnd("memory", JobStatus.FAILED, ExitCode.BAD_INPUT, "TUTTI_JAVA_OPTS=-Xmx");
        assertEnd("linkage", JobStatus.FAILED, ExitCode.INTERNAL_ERROR, "NoClassDefFoundError: a/B");
        assertEnd("done", JobStatus.SUCCEEDED, ExitCode.DONE, "");
    }

    /** The coordinator's log is all that is left of a job whose client is gone. */
    @Test
    void shouldLogWhyAJobEnded() throws InterruptedException {
        Logger logger = (Logger) LoggerFactory.getLogger(JobServer.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            server.start();
            assertEnd("input", JobStatus.FAILED, ExitCode.BAD_INPUT, "no such file: a.csv");
            assertThat(log.list)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .containsExactly("job-1 ended early: no such file: a.csv");
        } finally {
            logger.detachAppender(log);
        }
    }

    @Test
    void shouldStopTheJobThatIsCancelledAndRunTheNext() throws InterruptedException {
        server.start();
        Job job = submit("endless");
        begun.await();
        assertThat(queue.cancel(job.id())).isTrue();
        assertThat(ends.take().status()).isEqualTo(JobStatus.CANCELLED);
        assertEnd("done", JobStatus.SUCCEEDED, ExitCode.DONE, "");
    }

    @Test
    void shouldEndAllJobsWhenItIsInterrupted() throws InterruptedException {
        server.start();
        Job running = submit("endless");
        Job waiting = submit("done");
        begun.await();
        server.interrupt();
        server.join();
        assertThat(running.status()).isEqualTo(JobStatus.INTERRUPTED);
        assertThat(waiting.status()).isEqualTo(JobStatus.INTERRUPTED);
        assertThat(waiting.outcome()).contains(JobOutcome.interrupted("the coordinator ends"));
    }

    private void serve() {
        try {
            new JobServer(queue, this::run).run();
        } catch (InterruptedException e) {
            // The test is over.
        }
    }

    private String run(Job job) throws InterruptedException {
        switch (job.config()) {
            case "done" -> {
                return "{\"epochs\":1}";
            }
            case "input" -> throw new InputException("no such file:\n  a.csv");
            case "diverged" -> throw new TrainingFailedException("the loss is NaN");
            case "bug" -> throw new IllegalStateException("bug");
            case "memory" -> throw new OutOfMemoryError("Java heap space");
            case "linkage" -> throw new NoClassDefFoundError("a/B");
            default -> {
                begun.countDown();
                new CountDownLatch(1).await();
                return "";
            }
        }
    }

    private Job submit(String config) {
        return queue.submit(config, new Job.Watcher() {
                    @Override
                    public void onLine(String line) {}

                    @Override
                    public void onEnd(JobOutcome outcome) {
                        ends.add(outcome);
                    }
                })
                .orElseThrow();
    }

    private void assertEnd(String config, JobStatus status, ExitCode exitCode, String problem)
            throws InterruptedException {
        submit(config);
        JobOutcome end = ends.take();
        assertThat(end.status()).isEqualTo(status);
        assertThat(end.exitCode()).isEqualTo(exitCode);
        assertThat(end.problem()).contains(problem).doesNotContain("\n");
        assertThat(end.summary()).isEqualTo(status == JobStatus.SUCCEEDED ? "{\"epochs\":1}" : "");
    }
}
