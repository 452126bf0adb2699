package dev.tutti.app.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tutti.app.run.Listeners;
import dev.tutti.app.run.RunDirectory;
import dev.tutti.app.run.Trainer;
import dev.tutti.app.run.Trainers;
import dev.tutti.app.run.TrainingSession;
import dev.tutti.app.tracking.EventFileReader.Event;
import dev.tutti.app.tracking.Tracker.End;
import dev.tutti.config.TrainingSettings;
import dev.tutti.files.InputException;
import dev.tutti.train.EpochMetrics;
import dev.tutti.train.TrainingFailedException;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingRun;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MlflowTest {
    @TempDir
    Path folder;

    private static EpochMetrics epoch(int number) {
        return new EpochMetrics(number, 10L * number, number, 1.0 / number, 0.5, 0.25, 0.75, Double.NaN, 0.5, number);
    }

    @Test
    void shouldLogARun() throws Exception {
        try (MlflowStandIn server = new MlflowStandIn()) {
            for (int run = 0; run < 2; run++) {
                server.params.clear();
                try (Mlflow mlflow =
                        Mlflow.open(server.address(), "run-1", Map.of("seed", "1", "long", "x".repeat(5000)))) {
                    for (int number = 1; number <= 500; number++) {
                        mlflow.onEpoch(epoch(number));
                    }
                    mlflow.end(End.FINISHED);
                }
                assertThat(server.complaints).isEmpty();
                assertThat(server.status).isEqualTo("FINISHED");
                assertThat(server.runName).isEqualTo("run-1");
                assertThat(server.params).containsEntry("seed", "1").containsEntry("long", "x".repeat(500));
                assertThat(server.metrics.get("train/loss")).hasSize(500).containsEntry(5000L, 0.002);
                assertThat(server.metrics).containsKey("validation/accuracy").doesNotContainKey("validation/rmse");
            }
            assertThat(server.experiments).containsExactly("tutti");
        }
    }

    @Test
    void shouldEndNoTrainingWhereTheServerBreaks() throws Exception {
        try (MlflowStandIn server = new MlflowStandIn()) {
            try (Mlflow mlflow = Mlflow.open(server.address(), "run-1", Map.of())) {
                server.broken = true;
                mlflow.onEpoch(epoch(1));
                mlflow.end(End.FINISHED);
            }
            assertThat(server.calls).endsWith("runs/log-batch", "runs/update");
            assertThat(server.status).isEqualTo("RUNNING");
        }
    }

    @Test
    void shouldSayThatThereIsNoServer() throws Exception {
        URI gone;
        try (MlflowStandIn server = new MlflowStandIn()) {
            gone = server.address();
            server.broken = true;
            assertThatThrownBy(() -> Mlflow.open(gone, "run-1", Map.of()))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("status 500 of /api/2.0/mlflow/experiments/get-by-name");
        }
        assertThatThrownBy(() -> Mlflow.open(gone, "run-1", Map.of()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("--mlflow: " + gone + " cannot be used: ");
    }

    private String train(String trainer, Map<String, String> given, Path out) throws InterruptedException {
        return train(trainer, given, out, UnaryOperator.identity());
    }

    private String train(String trainer, Map<String, String> given, Path out, UnaryOperator<Trainer> how)
            throws InterruptedException {
        Map<String, String> settings = new java.util.HashMap<>(given);
        settings.putIfAbsent("data", "xor");
        settings.put("validation", "0");
        settings.put("out", out.toString());
        settings.put("json", "true");
        TrainingSettings read = TrainingSettings.read(settings, Optional.empty());
        StringWriter text = new StringWriter();
        new TrainingSession(
                        read,
                        how.apply(Trainers.of(trainer, read)),
                        folder,
                        new PrintWriter(text),
                        new PrintWriter(new StringWriter()),
                        false)
                .run();
        return text.toString();
    }

    @Test
    void shouldTellBothOfWhatIsTrained() throws Exception {
        try (MlflowStandIn server = new MlflowStandIn()) {
            JsonNode summary = new ObjectMapper()
                    .readTree(train(
                            "reference",
                            Map.of(
                                    "epochs", "4",
                                    "mlflow", server.address().toString(),
                                    "tensorboard", folder.resolve("board").toString()),
                            folder.resolve("run-7")));

            assertThat(server.complaints).isEmpty();
            assertThat(server.status).isEqualTo("FINISHED");
            assertThat(server.params)
                    .containsEntry("epochs", "4")
                    .containsEntry("lr", "0.1")
                    .containsEntry("data", "xor");
            assertThat(server.metrics.get("train/loss")).hasSize(4);
            List<Event> events;
            try (Stream<Path> files = Files.list(folder.resolve("board").resolve("run-7"))) {
                events = EventFileReader.read(files.findFirst().orElseThrow());
            }
            assertThat(events).hasSize(5);
            assertThat(events.get(4).scalars().get("train/loss"))
                    .isEqualTo((float) summary.get("trainLoss").asDouble())
                    .isEqualTo((float) (double) server.metrics.get("train/loss").get(4L));
        }
    }

    /** A server that hangs may hold up the end, but then all is kept. */
    @Test
    void shouldKeepWhatWasTrainedBeforeItTellsOfTheEnd() throws Exception {
        Path done = folder.resolve("run-9");
        Path interrupted = folder.resolve("run-10");
        List<Boolean> kept = Collections.synchronizedList(new ArrayList<>());
        try (MlflowStandIn server = new MlflowStandIn()) {
            Map<String, String> settings = Map.of(
                    "epochs", "4", "batch", "1", "mlflow", server.address().toString());
            server.whenEnded = () -> kept.add(Files.exists(done.resolve(RunDirectory.MODEL)));
            train("reference", settings, done);
            assertThat(server.status).isEqualTo("FINISHED");

            server.params.clear();
            server.whenEnded = () -> kept.add(
                    interrupted.resolve(RunDirectory.CHECKPOINTS).toFile().list().length > 0);
            TrainingListener afterTwoSteps = new TrainingListener() {
                @Override
                public void onStepEnd(TrainingRun run) {
                    if (run.step() == 2) {
                        Thread.currentThread().interrupt();
                    }
                }
            };
            assertThatThrownBy(() -> train(
                            "reference",
                            settings,
                            interrupted,
                            trainer -> (job, listener) ->
                                    trainer.train(job, new Listeners(List.of(listener, afterTwoSteps)))))
                    .isInstanceOf(InterruptedException.class);
            assertThat(server.status).isEqualTo("KILLED");
            assertThat(server.complaints).isEmpty();
        }
        assertThat(kept).containsExactly(true, true);
    }

    @Test
    void shouldTellThatATrainingHasFailed() throws Exception {
        try (MlflowStandIn server = new MlflowStandIn()) {
            assertThatThrownBy(() -> train(
                            "reference",
                            Map.of(
                                    "epochs", "400",
                                    "lr", "1e30",
                                    "mlflow", server.address().toString()),
                            folder.resolve("run-8")))
                    .isInstanceOf(TrainingFailedException.class);

            assertThat(server.complaints).isEmpty();
            assertThat(server.status).isEqualTo("FAILED");
        }
    }
}
