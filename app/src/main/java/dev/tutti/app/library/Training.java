package dev.tutti.app.library;

import dev.tutti.app.run.PreparedRun;
import dev.tutti.app.run.Trainers;
import dev.tutti.config.TrainingSettings;
import dev.tutti.files.InputException;
import dev.tutti.train.EpochMetrics;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingResult;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A training in this process, with the settings of {@code tutti train}:
 *
 * <pre>{@code
 * TrainedModel model = Training.on("houses.csv").set("target", "price").set("epochs", 50).run();
 * }</pre>
 *
 * The weights are those of the command, to the bit. One thread computes, the calling one, unless {@code workers} is set. Not
 * thread-safe; several trainings may run at once.
 */
public final class Training {
    private static final String DATA = "data";
    private static final String INTERNAL = "jdk.internal.misc";

    private final Map<String, String> values = new LinkedHashMap<>();
    private Consumer<EpochMetrics> onEpoch = metrics -> {};

    private Training(String data) {
        values.put(DATA, data);
    }

    /** Begins with the data: the name of a built-in data set, or the path of a file. */
    public static Training on(String data) {
        return new Training(data);
    }

    /**
     * Gives a setting.
     *
     * @param key an option of {@code tutti train} without its dashes, such as {@code hidden}
     * @param value as on the command line: {@code "64,32"}, {@code 0.05}
     */
    public Training set(String key, Object value) {
        values.put(key, String.valueOf(value));
        return this;
    }

    /** Has somebody told of each epoch, on the thread that trains: quick answers only. */
    public Training onEpoch(Consumer<EpochMetrics> listener) {
        onEpoch = listener;
        return this;
    }

    /**
     * Trains. Interrupting the thread ends it.
     *
     * @throws InputException if a setting is unknown or out of range, or the data cannot be read: in one line what is
     *     wrong, where, and what to do
     * @throws dev.tutti.train.TrainingFailedException if the training diverges
     */
    public TrainedModel run() throws InterruptedException {
        TrainingSettings settings = TrainingSettings.read(values, Optional.empty());
        boolean threads = settings.cluster().workers().isPresent();
        if (threads) {
            requireOpenModule();
        }
        PreparedRun run = PreparedRun.besides(settings);
        String trainer = threads ? "cluster" : "reference";
        TrainingResult result = Trainers.of(trainer, settings).train(run.job(), new TrainingListener() {
            @Override
            public void onEpoch(EpochMetrics metrics) {
                onEpoch.accept(metrics);
            }
        });
        return new TrainedModel(run.model(result));
    }

    /** What the threads hand each other goes by a library that needs it. */
    private static void requireOpenModule() {
        if (!Object.class.getModule().isOpen(INTERNAL, Training.class.getModule())) {
            throw new InputException("workers: threads of their own need Java to be started with --add-opens java.base/"
                    + INTERNAL + "=ALL-UNNAMED; leave workers out to train on the calling thread");
        }
    }
}
