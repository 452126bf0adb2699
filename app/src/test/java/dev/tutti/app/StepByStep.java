package dev.tutti.app;

import dev.tutti.app.run.Listeners;
import dev.tutti.app.run.PreparedRun;
import dev.tutti.app.run.RunDirectory;
import dev.tutti.app.run.Trainer;
import dev.tutti.app.run.TrainingSession;
import dev.tutti.checkpoint.CheckpointDirectory;
import dev.tutti.checkpoint.RunIdentity;
import dev.tutti.config.TrainingSettings;
import dev.tutti.train.ReferenceTrainer;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingRun;
import dev.tutti.train.TrainingState;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A run with a checkpoint after each step; by itself a fast run skips those that would follow too closely. */
final class StepByStep {
    private StepByStep() {}

    /** Trains on iris: 3 epochs of 4 steps. */
    static void train(Path run) throws InterruptedException {
        TrainingSettings settings = TrainingSettings.read(
                Map.of(
                        "data",
                        "iris",
                        "batch",
                        "32",
                        "momentum",
                        "0.5",
                        "epochs",
                        "3",
                        "out",
                        run.toString(),
                        "metrics-per-step",
                        "true",
                        "checkpoint-keep",
                        "0"),
                Optional.empty());
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        Trainer trainer = (job, listener) -> {
            String config = PreparedRun.of(settings).settings().toConfig();
            CheckpointDirectory checkpoints = new CheckpointDirectory(run.resolve(RunDirectory.CHECKPOINTS), 100);
            RunIdentity identity = RunIdentity.of(job, config);
            return ReferenceTrainer.train(job, new Listeners(List.of(listener, new TrainingListener() {
                @Override
                public void onStepEnd(TrainingRun at) {
                    TrainingState state = at.newState();
                    at.save(state);
                    checkpoints.write(identity, state);
                }
            })));
        };
        new TrainingSession(settings, trainer, RunDirectory.RUNS, nowhere, nowhere, false).run();
    }
}
