package dev.tutti.worker.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import com.typesafe.config.ConfigFactory;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.optim.Sgd;
import dev.tutti.protocol.Build;
import dev.tutti.protocol.CoordinatorMessage;
import dev.tutti.protocol.CoordinatorMessage.Introduction;
import dev.tutti.protocol.CoordinatorMessage.Prepared;
import dev.tutti.protocol.JobDescription;
import dev.tutti.protocol.Placement;
import dev.tutti.protocol.WorkerMessage;
import dev.tutti.protocol.WorkerMessage.EndJob;
import dev.tutti.protocol.WorkerMessage.Goodbye;
import dev.tutti.protocol.WorkerMessage.Hello;
import dev.tutti.protocol.WorkerMessage.PrepareGeneration;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.AeronNode;
import dev.tutti.transport.Carriers;
import dev.tutti.transport.Streams;
import dev.tutti.transport.TermLengths;
import dev.tutti.transport.TransportKind;
import dev.tutti.wire.GenerationId;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker whose compute thread the test holds, so that a job's loop ends when the test wants it to. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorkerHostTest {
    private static final TrainingSpec SPEC = new TrainingSpec(
            new NetworkSpec(List.of(2, 1), List.of(Activation.IDENTITY), Loss.SQUARED_ERROR),
            new Sgd.Settings(0.1f, 0),
            2,
            4,
            1,
            Sync.STEP,
            1,
            true,
            0f,
            8);
    private static final Streams STREAMS = new Streams(
            Carriers.IPC, "", "", 1408, new TermLengths(1 << 16, 1 << 16, 1 << 16), 2 * Streams.IDS_PER_GENERATION);
    private static final String ONE_COMPUTE_THREAD = """
            akka.actor.provider = local
            tutti.compute-dispatcher {
              type = Dispatcher
              executor = "thread-pool-executor"
              thread-pool-executor.fixed-pool-size = 1
              throughput = 1
            }
            """;

    @TempDir
    Path folder;

    private final CountDownLatch held = new CountDownLatch(1);
    private AeronNode node;
    private ActorTestKit kit;
    private TestProbe<CoordinatorMessage> coordinator;
    private ActorRef<Runnable> computeThread;
    private ActorRef<WorkerMessage> worker;

    @BeforeEach
    void begin() {
        node = AeronNode.launch(folder);
        kit = ActorTestKit.create(
                "worker",
                ConfigFactory.parseString(ONE_COMPUTE_THREAD)
                        .withFallback(ConfigFactory.parseResources("tutti-akka.conf"))
                        .withFallback(ConfigFactory.load()));
        coordinator = kit.createTestProbe();
        computeThread = kit.spawn(
                Behaviors.receiveMessage(task -> {
                    task.run();
                    return Behaviors.same();
                }),
                DispatcherSelector.fromConfig("tutti.compute-dispatcher"));
        computeThread.tell(() -> await(held));
        kit.spawn(WorkerHost.create(new WorkerHost.Setup(
                "process",
                Build.current(),
                "worker",
                1,
                "",
                TransportKind.AUTO,
                folder,
                new TrainingSets(),
                new NoEvents())));
        worker = awaitWorker();
        worker.tell(new Hello("test", Build.current(), node.directory().toString(), node.id(), coordinator.ref()));
        coordinator.expectMessageClass(Introduction.class);
    }

    /** Actors stop before they have read what they were told: so only when the compute thread has ended the last job's loop. */
    @AfterEach
    void end() {
        held.countDown();
        for (int job = 1; job <= 3; job++) {
            worker.tell(new EndJob(job));
        }
        CountDownLatch ended = new CountDownLatch(1);
        computeThread.tell(ended::countDown);
        await(ended);
        kit.shutdownTestKit();
        node.close();
    }

    @Test
    void shouldNotBeginAQueuedJobThatIsOverAlready() {
        worker.tell(prepare(1));
        assertThat(awaitPrepared()).isEqualTo(1);
        worker.tell(prepare(2));
        worker.tell(new EndJob(2));
        endLoop();
        worker.tell(prepare(3));
        assertThat(awaitPrepared()).isEqualTo(3);
    }

    /** The end of a job may come late. */
    @Test
    void shouldBeginAQueuedJobThoughTheOneBeforeIsOver() {
        worker.tell(prepare(1));
        assertThat(awaitPrepared()).isEqualTo(1);
        worker.tell(prepare(2));
        worker.tell(new EndJob(1));
        endLoop();
        assertThat(awaitPrepared()).isEqualTo(2);
    }

    /** Lets the first job's loop run to its end, of which the worker is told before anything that comes later. */
    private void endLoop() {
        CountDownLatch ended = new CountDownLatch(1);
        computeThread.tell(ended::countDown);
        held.countDown();
        await(ended);
    }

    private int awaitPrepared() {
        while (true) {
            if (coordinator.receiveMessage() instanceof Prepared prepared) {
                return prepared.generation().number();
            }
        }
    }

    private PrepareGeneration prepare(int job) {
        JobDescription description = new JobDescription(job, "job " + job, SPEC, 2, 1, Placement.REPLICATE, "data");
        return new PrepareGeneration(new GenerationId(job, job, job), 0, description, STREAMS, null, coordinator.ref());
    }

    private ActorRef<WorkerMessage> awaitWorker() {
        TestProbe<Receptionist.Listing> listings = kit.createTestProbe();
        kit.system().receptionist().tell(Receptionist.subscribe(WorkerMessage.SERVICE_KEY, listings.ref()));
        while (true) {
            Set<ActorRef<WorkerMessage>> found =
                    listings.receiveMessage().getServiceInstances(WorkerMessage.SERVICE_KEY);
            if (!found.isEmpty()) {
                return found.iterator().next();
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class NoEvents implements WorkerHost.Events {
        @Override
        public void onJoined(String coordinator) {}

        @Override
        public void onRefused(String reason) {}

        @Override
        public void onGoodbye(Goodbye goodbye) {}

        @Override
        public void onFailed(String reason) {}
    }
}
