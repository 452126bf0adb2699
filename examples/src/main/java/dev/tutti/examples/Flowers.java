package dev.tutti.examples;

import dev.tutti.app.library.TrainedModel;
import dev.tutti.app.library.Training;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Trains on a built-in data set, saves the model, loads it again, and asks it about flowers. */
public final class Flowers {
    private Flowers() {}

    /** Runs the example. */
    public static void main(String[] args) throws Exception {
        run(Files.createTempDirectory("flowers"), System.out);
    }

    /**
     * Runs the example.
     *
     * @param directory where the model is written
     * @param out what is told
     */
    static void run(Path directory, PrintStream out) throws Exception {
        TrainedModel trained = Training.on("iris")
                .set("hidden", "16")
                .set("activation", "tanh")
                .set("optimizer", "adam")
                .set("lr", 0.02)
                .set("epochs", 40)
                .onEpoch(epoch -> {
                    if (epoch.epoch() % 10 == 0) {
                        out.printf(Locale.ROOT, "epoch %d: loss %.3f%n", epoch.epoch(), epoch.validationLoss());
                    }
                })
                .run();
        Path file = directory.resolve("iris.safetensors");
        trained.save(file);

        TrainedModel model = TrainedModel.load(file);
        out.printf(Locale.ROOT, "accuracy %.3f%n", model.evaluate("iris").accuracy());
        TrainedModel.Prediction one = model.predict("5.1", "3.5", "1.4", "0.2");
        out.println(one.label() + ", one of " + model.classes());
        model.predict(List.of(List.of("6.3", "3.3", "6.0", "2.5"), List.of("5.9", "", "4.2", "1.5")))
                .forEach(prediction -> out.println(prediction.label()));
        model.export(directory.resolve("iris.onnx"));
        out.println("weights " + model.weightsSha256());
    }
}
