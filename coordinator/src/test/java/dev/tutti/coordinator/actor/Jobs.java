package dev.tutti.coordinator.actor;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.ManualTime;
import akka.actor.testkit.typed.javadsl.TestProbe;
import com.typesafe.config.ConfigFactory;
import dev.tutti.data.Dataset;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.optim.Sgd;
import dev.tutti.protocol.WorkerMessage;
import dev.tutti.protocol.WorkerMessage.PrepareGeneration;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.TransportKind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A small job, and actors whose clock the test turns. */
final class Jobs {
    static final DataPlaneSettings DATA_PLANE = new DataPlaneSettings(TransportKind.AUTO, "127.0.0.1", 0, 1408);

    private static final Duration TURN = Duration.ofMillis(20);
    private static final int TURNS = 200;

    private Jobs() {}

    /** The actors' timers and their clock, both of which the test turns. */
    static final class Clock implements LongSupplier {
        private final ManualTime time;
        private final AtomicLong nowNs = new AtomicLong();

        Clock(ActorTestKit kit) {
            time = ManualTime.get(kit.system());
        }

        void timePasses(Duration duration) {
            nowNs.addAndGet(duration.toNanos());
            time.timePasses(duration);
        }

        @Override
        public long getAsLong() {
            return nowNs.get();
        }
    }

    static ActorTestKit kit(String name) {
        return ActorTestKit.create(
                name,
                ManualTime.config()
                        .withFallback(ConfigFactory.parseString("akka.actor.provider = local"))
                        .withFallback(ConfigFactory.parseResources("tutti-akka.conf"))
                        .withFallback(ConfigFactory.load()));
    }

    static TrainingJob job() {
        NetworkSpec network = new NetworkSpec(List.of(2, 1), List.of(Activation.IDENTITY), Loss.SQUARED_ERROR);
        TrainingSpec spec = new TrainingSpec(network, new Sgd.Settings(0.1f, 0), 2, 4, 1, Sync.STEP, 1, true, 0f, 8);
        Dataset training = new Dataset(new float[16], 2, new float[8], 1, 8);
        return new TrainingJob("test", spec, training, new Dataset(new float[0], 2, new float[0], 1, 0), new float[3]);
    }

    /** Lets time pass, a little at a time and less than any deadline in all, until the worker is told of a generation. */
    static PrepareGeneration awaitPrepare(Clock time, TestProbe<WorkerMessage> worker) {
        return awaitPrepare(time, worker, TURN);
    }

    /** The same with so much time at a time; what else the worker is told is passed over. */
    static PrepareGeneration awaitPrepare(Clock time, TestProbe<WorkerMessage> worker, Duration turn) {
        AssertionError last = null;
        for (int count = 0; count < TURNS; count++) {
            time.timePasses(turn);
            try {
                if (worker.receiveMessage(TURN) instanceof PrepareGeneration prepare) {
                    return prepare;
                }
            } catch (AssertionError e) {
                last = e;
            }
        }
        throw new AssertionError("no generation", last);
    }
}
