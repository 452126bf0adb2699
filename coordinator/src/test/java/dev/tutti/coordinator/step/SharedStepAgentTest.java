package dev.tutti.coordinator.step;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.reduce.SharedLoop;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.NoOpIdleStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SharedStepAgentTest {
    private final Loop loop = new Loop();
    private final SharedStepAgent agent = new SharedStepAgent(loop);

    /** Two threads in the loop at once would be the end of it. */
    @Test
    void shouldLetOneThreadAtATimeDoTheWork() {
        try (AgentRunner own = new AgentRunner(NoOpIdleStrategy.INSTANCE, error -> {}, null, agent)) {
            AgentRunner.startOnThread(own);
            while (loop.turns.get() < 3) {
                Thread.onSpinWait();
            }
            for (int visit = 0; visit < 1000; visit++) {
                agent.visit(SharedLoop.ALONE);
            }
        }
        assertThat(loop.together).isFalse();
        assertThat(loop.closed).isTrue();
    }

    /** As while a piece of work takes long, or before there is any. */
    @Test
    void shouldDoTheWorkOnItsOwnThreadWhereNobodyComes() {
        agent.visit(SharedLoop.ALONE);
        int turns = loop.turns.get();
        while (loop.turns.get() == turns) {
            agent.doWork();
        }
        assertThat(loop.threads).isSameAs(SharedLoop.ALONE);
    }

    @Test
    void shouldBringTheThreadsOfTheVisitor() {
        SharedLoop two = new SharedLoop() {
            @Override
            public int threads() {
                return 2;
            }

            @Override
            public void run(int turns, Body body) {
                ALONE.run(turns, body);
            }
        };
        assertThat(agent.visit(two)).isEqualTo(1);
        assertThat(loop.threads).isSameAs(two);
    }

    /** Its thread and its streams are gone then. */
    @Test
    void shouldLeaveVisitorsNothingToDoOnceClosed() {
        agent.onClose();
        assertThat(agent.visit(SharedLoop.ALONE)).isZero();
        assertThat(loop.turns).hasValue(0);
    }

    @Test
    void shouldNotKeepAVisitorWaiting() throws InterruptedException {
        loop.entered = new CountDownLatch(1);
        loop.leave = new CountDownLatch(1);
        Thread busy = new Thread(() -> agent.visit(SharedLoop.ALONE), "busy");
        busy.start();
        loop.entered.await();
        assertThat(agent.visit(SharedLoop.ALONE)).isZero();
        loop.leave.countDown();
        busy.join();
        assertThat(loop.turns).hasValue(1);
    }

    /** Notices when two threads are inside. */
    private static final class Loop implements SharedStepAgent.Loop {
        private final AtomicInteger inside = new AtomicInteger();
        final AtomicInteger turns = new AtomicInteger();
        volatile boolean together;
        volatile boolean closed;
        volatile SharedLoop threads;
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(0);

        @Override
        public int doWork(SharedLoop helpers) {
            threads = helpers;
            return doWork();
        }

        @Override
        public int doWork() {
            together |= inside.getAndIncrement() > 0;
            entered.countDown();
            try {
                leave.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            turns.incrementAndGet();
            inside.decrementAndGet();
            return 1;
        }

        @Override
        public void onClose() {
            together |= inside.get() > 0;
            closed = true;
        }

        @Override
        public String roleName() {
            return "steps";
        }
    }
}
