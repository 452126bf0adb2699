package dev.tutti.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRefResolver;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.jackson.JacksonCborSerializer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.typesafe.config.ConfigFactory;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.optim.Sgd;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingSpec;
import dev.tutti.transport.Carriers;
import dev.tutti.transport.Shares;
import dev.tutti.transport.Streams;
import dev.tutti.transport.TermLengths;
import dev.tutti.transport.TransportKind;
import dev.tutti.wire.GenerationId;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Every message survives the way between two processes; a new one needs a sample here. */
class MessagesTest {
    private static final int SMALL_BYTES = 4096;

    /** The serializer's number in Akka's configuration. */
    private static final int JACKSON_CBOR = 33;

    private static final ActorTestKit KIT = ActorTestKit.create(
            "messages",
            ConfigFactory.parseString("akka.actor.provider = local")
                    .withFallback(ConfigFactory.parseResources("tutti-akka.conf"))
                    .withFallback(ConfigFactory.load()));

    private final TestProbe<WorkerMessage> worker = KIT.createTestProbe();
    private final TestProbe<CoordinatorMessage> coordinator = KIT.createTestProbe();
    private final TestProbe<PulseMessage> pulse = KIT.createTestProbe();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void shouldHaveASampleOfEveryMessage() {
        Set<Class<?>> sampled = new HashSet<>();
        samples().forEach(message -> sampled.add(message.getClass()));

        Set<Class<?>> messages = new HashSet<>();
        collect(WorkerMessage.class, messages);
        collect(CoordinatorMessage.class, messages);
        collect(PulseMessage.class, messages);

        assertThat(sampled).isEqualTo(messages).isNotEmpty();
    }

    @Test
    void shouldSurviveTheWayBetweenProcesses() {
        Serialization serialization = SerializationExtension.get(KIT.system());
        samples().forEach(message -> {
            assertThat(serialization.findSerializerFor(message)).isInstanceOf(JacksonCborSerializer.class);
            assertThat(KIT.serializationTestKit().verifySerialization(message, true))
                    .isEqualTo(message)
                    .isNotSameAs(message);
            assertThat(serialization.serialize(message).get())
                    .as("%s is small", message)
                    .hasSizeLessThan(SMALL_BYTES);
        });
    }

    /** What builds said that did not say which they are. */
    @Test
    void shouldReadMessagesOfOlderBuilds() {
        String ref = ActorRefResolver.get(KIT.system()).toSerializationFormat(worker.ref());
        CoordinatorMessage.Introduction introduction = read(
                CoordinatorMessage.Introduction.class,
                Map.of("worker", ref, "name", "w", "threads", 2, "sharesDriver", true, "kernel", "scalar"));
        assertThat(introduction)
                .isEqualTo(new CoordinatorMessage.Introduction(worker.ref(), null, null, "w", 2, true, null, "scalar"));

        String replyTo = ActorRefResolver.get(KIT.system()).toSerializationFormat(coordinator.ref());
        WorkerMessage.Hello hello = read(
                WorkerMessage.Hello.class,
                Map.of("coordinatorName", "c", "aeronDirectory", "d", "driverId", "i", "replyTo", replyTo));
        assertThat(hello).isEqualTo(new WorkerMessage.Hello("c", null, "d", "i", coordinator.ref()));
    }

    private static <T> T read(Class<T> type, Map<String, Object> fields) {
        try {
            byte[] bytes = new ObjectMapper(new CBORFactory()).writeValueAsBytes(fields);
            return type.cast(SerializationExtension.get(KIT.system())
                    .deserialize(bytes, JACKSON_CBOR, type.getName())
                    .get());
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Stream<ControlMessage> samples() {
        GenerationId generation = new GenerationId(3, 17, Long.MIN_VALUE + 1);
        return Stream.of(
                new WorkerMessage.Hello("10.0.0.5:25520", Build.current(), "a directory", "an id", coordinator.ref()),
                new WorkerMessage.PrepareGeneration(
                        generation,
                        4093,
                        job(Placement.STREAM, Sync.EPOCH, List.of(3, 2)),
                        new Streams(
                                Carriers.UDP,
                                "10.0.0.5:4711",
                                "",
                                1408,
                                new TermLengths(1 << 20, 1 << 16, 1 << 18),
                                17 * 4096),
                        null,
                        coordinator.ref()),
                new WorkerMessage.PrepareGeneration(
                        generation,
                        1,
                        job(Placement.REPLICATE, Sync.STEP, List.of(784, 10)),
                        new Streams(Carriers.TCP, "", "10.0.0.5:4712", 8960, new TermLengths(0, 1 << 16, 0), 17 * 4096),
                        new Shares(1_000, 3, false, 2),
                        coordinator.ref()),
                new WorkerMessage.PrepareGeneration(
                        generation,
                        0,
                        job(Placement.REPLICATE, Sync.STEP, List.of(784, 512, 512, 10)),
                        new Streams(Carriers.IPC, "", "", 8192, new TermLengths(16 << 20, 1 << 20, 4 << 20), 0),
                        null,
                        coordinator.ref()),
                new WorkerMessage.ConnectPeers(generation, List.of("10.0.0.5:4712", "10.0.0.6:4713")),
                new CoordinatorMessage.PeersLost(worker.ref(), generation, true, "it closed the connection"),
                new WorkerMessage.EndJob(Integer.MAX_VALUE),
                new WorkerMessage.Goodbye("the job is done", false),
                new WorkerMessage.Goodbye("\u00e4, \"quoted\"\nand \ud83c\udfbb", true),
                new CoordinatorMessage.Introduction(
                        worker.ref(),
                        "a process",
                        new Build("1.2.3-rc4", 7, 1),
                        "10.0.0.6/1234",
                        8,
                        true,
                        TransportKind.TCP,
                        "vector, 512 bits"),
                new CoordinatorMessage.Prepared(
                        worker.ref(),
                        generation,
                        "10.0.0.6:1",
                        "10.0.0.6:65535",
                        "10.0.0.6:4711",
                        true,
                        new WorkInHand(17, 3, 5)),
                new CoordinatorMessage.Busy(worker.ref(), generation),
                new CoordinatorMessage.NotPrepared(worker.ref(), generation, "no room", true),
                new CoordinatorMessage.WorkerFailed(worker.ref(), generation, "null"),
                new PulseMessage.Ask(pulse.ref()),
                new PulseMessage.Answer(pulse.ref()));
    }

    private static JobDescription job(Placement placement, Sync sync, List<Integer> sizes) {
        List<Activation> activations = new ArrayList<>(Collections.nCopies(sizes.size() - 1, Activation.GELU_TANH));
        activations.set(activations.size() - 1, Activation.SOFTMAX);
        TrainingSpec spec = new TrainingSpec(
                new NetworkSpec(sizes, activations, Loss.CROSS_ENTROPY),
                new Sgd.Settings(0.1f, 0.9f),
                10,
                64,
                16,
                sync,
                Long.MAX_VALUE,
                true,
                0.25f,
                60_000);
        return new JobDescription(1, "digits", spec, sizes.get(0), 1, placement, "0123abcd");
    }

    /** All records below a sealed interface. */
    private static void collect(Class<?> type, Set<Class<?>> found) {
        if (type.isSealed()) {
            for (Class<?> permitted : type.getPermittedSubclasses()) {
                collect(permitted, found);
            }
        } else {
            found.add(type);
        }
    }
}
