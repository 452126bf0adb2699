package dev.tutti.app.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JobQueueTest {
    private static final JobOutcome DONE = JobOutcome.succeeded("{}");

    private final JobQueue queue = new JobQueue(3);

    @Test
    void shouldGiveJobsInTheOrderInWhichTheyCame() throws InterruptedException {
        Log a = submit("a");
        Log b = submit("b");
        assertThat(a.job.id()).isNotEqualTo(b.job.id());
        assertThat(queue.find(a.job.id())).containsSame(a.job);
        assertThat(a.job.status()).isEqualTo(JobStatus.QUEUED);
        assertThat(a.lines).isEmpty();
        assertThat(b.lines).containsExactly("waiting for the jobs that came before");

        Job first = queue.take();
        assertThat(first.config()).isEqualTo("a");
        assertThat(queue.begin(first, () -> {})).isTrue();
        assertThat(first.status()).isEqualTo(JobStatus.RUNNING);
        queue.end(DONE);
        assertThat(first.status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(first.outcome()).contains(DONE);
        assertThat(a.ends).containsExactly(DONE);
        assertThat(queue.take()).isSameAs(b.job);
    }

    @Test
    void shouldTakeNoMoreThanItsCapacity() throws InterruptedException {
        submit("a");
        submit("b");
        submit("c");
        assertThat(queue.submit("d", new Log())).isEmpty();
        queue.begin(queue.take(), () -> {});
        assertThat(queue.submit("d", new Log()))
                .as("one runs and does not wait")
                .isPresent();
        assertThat(queue.submit("e", new Log())).isEmpty();
    }

    @Test
    void shouldEndAJobThatIsCancelledWhileItWaits() throws InterruptedException {
        Log a = submit("a");
        Log b = submit("b");
        assertThat(queue.cancel(a.job.id())).isTrue();
        assertThat(a.job.status()).isEqualTo(JobStatus.CANCELLED);
        assertThat(a.ends).hasSize(1);
        assertThat(queue.cancel(a.job.id())).as("it is over").isFalse();
        assertThat(queue.cancel("no such job")).isFalse();
        assertThat(queue.take()).isSameAs(b.job);
        assertThat(a.ends).hasSize(1);
    }

    /** Between the two it is neither waiting nor running. */
    @Test
    void shouldNotBeginAJobThatIsCancelledAfterItWasTaken() throws InterruptedException {
        Log a = submit("a");
        Job taken = queue.take();
        assertThat(queue.cancel(taken.id())).isTrue();
        assertThat(queue.begin(taken, () -> {})).isFalse();
        assertThat(a.ends).extracting(JobOutcome::status).containsExactly(JobStatus.CANCELLED);
    }

    /** Whoever comes first: a job that is told that it never began does not train. */
    @Test
    void shouldNotBeginAJobThatIsToldThatItIsCancelled() throws Exception {
        for (int turn = 0; turn < 3000; turn++) {
            Log a = submit("a");
            Job taken = queue.take();
            List<String> stops = new ArrayList<>();
            CyclicBarrier together = new CyclicBarrier(2);
            Thread canceller = new Thread(() -> {
                await(together);
                queue.cancel(taken.id());
            });
            canceller.start();
            await(together);
            boolean begun = queue.begin(taken, () -> stops.add("stop"));
            canceller.join();
            assertThat(a.ends).as("turn %d", turn).hasSize(begun ? 0 : 1);
            assertThat(stops).as("turn %d", turn).hasSize(begun ? 1 : 0);
            if (begun) {
                queue.end(DONE);
            }
        }
    }

    /** The watcher may ask others, who ask the queue; by then it must be too late to begin. */
    @Test
    void shouldTellOfACancelledJobOutsideItsLock() throws Exception {
        AtomicReference<Job> taken = new AtomicReference<>();
        List<String> seen = new ArrayList<>();
        queue.submit("a", new Job.Watcher() {
            @Override
            public void onLine(String line) {}

            @Override
            public void onEnd(JobOutcome outcome) {
                boolean begun = CompletableFuture.supplyAsync(() -> queue.begin(taken.get(), () -> {}))
                        .join();
                seen.add(taken.get().status() + ", locked " + Thread.holdsLock(queue) + ", begun " + begun);
            }
        });
        taken.set(queue.take());
        assertThat(queue.cancel(taken.get().id())).isTrue();
        assertThat(seen).containsExactly("CANCELLED, locked false, begun false");
    }

    @Test
    void shouldStopAJobThatIsCancelledWhileItRuns() throws InterruptedException {
        Log a = submit("a");
        Log b = submit("b");
        List<String> stops = new ArrayList<>();
        queue.begin(queue.take(), () -> stops.add("stop"));
        assertThat(queue.cancel(a.job.id())).isTrue();
        assertThat(stops).containsExactly("stop");
        assertThat(a.job.status()).isEqualTo(JobStatus.RUNNING);
        queue.end(JobOutcome.interrupted("interrupted after 3 steps"));
        assertThat(a.job.status()).isEqualTo(JobStatus.CANCELLED);
        assertThat(a.ends.get(0).problem()).isEqualTo("interrupted after 3 steps");

        queue.begin(queue.take(), () -> stops.add("another"));
        assertThat(queue.cancel(a.job.id())).isFalse();
        assertThat(stops).as("nobody stops the next").containsExactly("stop");
        queue.end(JobOutcome.interrupted("the coordinator ends"));
        assertThat(b.job.status()).isEqualTo(JobStatus.INTERRUPTED);
    }

    @Test
    void shouldLeaveAJobDoneThatEndsInSpiteOfBeingCancelled() throws InterruptedException {
        Log a = submit("a");
        queue.begin(queue.take(), () -> {});
        queue.cancel(a.job.id());
        queue.end(DONE);
        assertThat(a.job.status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(a.ends).containsExactly(DONE);
    }

    /** Whoever comes first: the job is told once how it ended, and the next is not stopped in its place. */
    @Test
    void shouldEndOnceWhenCancellingRacesTheEnd() throws Exception {
        for (int turn = 0; turn < 300; turn++) {
            Log a = submit("a");
            Log b = submit("b");
            queue.begin(queue.take(), () -> {});
            CyclicBarrier together = new CyclicBarrier(2);
            Thread canceller = new Thread(() -> {
                await(together);
                queue.cancel(a.job.id());
            });
            canceller.start();
            await(together);
            queue.end(JobOutcome.interrupted("?"));
            List<String> stops = new ArrayList<>();
            queue.begin(queue.take(), () -> stops.add("the wrong one"));
            canceller.join();
            assertThat(stops).isEmpty();
            assertThat(a.ends).extracting(JobOutcome::status).hasSize(1).first().matches(JobStatus::isOver);
            queue.end(DONE);
            assertThat(b.ends).containsExactly(DONE);
        }
    }

    @Test
    void shouldEndAllThatWaitWhenItIsClosed() throws InterruptedException {
        Log a = submit("a");
        Log b = submit("b");
        Log c = submit("c");
        queue.begin(queue.take(), () -> {});
        queue.close("the coordinator ends");
        assertThat(a.ends).isEmpty();
        assertThat(b.ends).containsExactly(JobOutcome.interrupted("the coordinator ends"));
        assertThat(c.job.status()).isEqualTo(JobStatus.INTERRUPTED);
        assertThat(queue.submit("d", new Log())).isEmpty();
    }

    @Test
    void shouldForgetOnlyOldJobsThatAreOver() throws InterruptedException {
        List<Log> logs = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            logs.add(submit("" + i));
            queue.begin(queue.take(), () -> {});
            queue.end(DONE);
        }
        assertThat(queue.find(logs.get(0).job.id())).isEmpty();
        assertThat(queue.find(logs.get(9).job.id())).isPresent();
    }

    @Test
    void shouldWaitForTheNextJob() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        Log[] late = new Log[1];
        Thread client = new Thread(() -> {
            try {
                begun.await();
            } catch (InterruptedException e) {
                return;
            }
            late[0] = submit("late");
        });
        client.start();
        begun.countDown();
        assertThat(queue.take().config()).isEqualTo("late");
        client.join();
        assertThat(late[0].lines).isEmpty();
    }

    private Log submit(String config) {
        Log log = new Log();
        log.job = queue.submit(config, log).orElseThrow();
        return log;
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is told of a job. */
    private static final class Log implements Job.Watcher {
        final List<String> lines = new ArrayList<>();
        final List<JobOutcome> ends = new ArrayList<>();
        Job job;

        @Override
        public synchronized void onLine(String line) {
            lines.add(line);
        }

        @Override
        public synchronized void onEnd(JobOutcome outcome) {
            ends.add(outcome);
        }
    }
}
