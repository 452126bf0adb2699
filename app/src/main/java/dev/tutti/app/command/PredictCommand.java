package dev.tutti.app.command;

import de.siegmar.fastcsv.writer.CsvWriter;
import dev.tutti.app.console.ExitCode;
import dev.tutti.app.prediction.Predictions;
import dev.tutti.data.Purpose;
import dev.tutti.data.RawData;
import dev.tutti.files.AtomicFile;
import dev.tutti.model.Activation;
import dev.tutti.model.NetworkSpec;
import dev.tutti.savedmodel.ModelFile;
import java.io.BufferedWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tutti predict}. */
@Command(
        name = "predict",
        description = "Writes what a saved model says about each sample, as CSV. The data needs no target column.",
        abbreviateSynopsis = true,
        footer = {
            "",
            "Columns: prediction (the class, or the value in its own unit) and, for classes, the probability of each.",
            "",
            "Examples:",
            "  tutti predict runs/20261120-101500-iris new-flowers.csv",
            "  tutti predict model.safetensors houses.csv --out prices.csv"
        })
public final class PredictCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Mixin
    private ModelOptions options;

    @Option(names = "--out", paramLabel = "FILE", description = "file to write (default: standard output)")
    private Path out;

    @Override
    public Integer call() throws InterruptedException {
        common.startLogging();
        ModelFile.Model model = options.readModel();
        RawData data = options.readData(model, Purpose.PREDICT);
        Predictions predictions =
                Predictions.of(model, data, IntStream.range(0, data.rows()).toArray());
        if (out == null) {
            PrintWriter standard = spec.commandLine().getOut();
            write(predictions, standard);
            standard.flush();
            return ExitCode.DONE.code();
        }
        AtomicFile.write(out, channel -> {
            Writer writer = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8));
            write(predictions, writer);
            writer.flush();
        });
        spec.commandLine().getOut().println(predictions.samples() + " predictions written to " + out);
        return ExitCode.DONE.code();
    }

    private static void write(Predictions predictions, Writer to) {
        // Not closed: what it writes to belongs to others. Nothing stays in it, as its own buffer is switched off.
        CsvWriter csv = CsvWriter.builder().bufferSize(0).build(to);
        csv.writeRecord(header(predictions));
        boolean classes = predictions.schema().classification();
        for (int sample = 0; sample < predictions.samples(); sample++) {
            List<String> cells = new ArrayList<>();
            if (classes) {
                cells.add(predictions.schema().classNames().get(predictions.predictedClass(sample)));
                for (float score : predictions.scores(sample)) {
                    cells.add(Float.toString(score));
                }
            } else {
                cells.add(Float.toString(predictions.predictedValue(sample)));
            }
            csv.writeRecord(cells);
        }
    }

    private static List<String> header(Predictions predictions) {
        List<String> header = new ArrayList<>(List.of("prediction"));
        NetworkSpec network = predictions.model().network();
        boolean probabilities = network.activation(network.layers() - 1) != Activation.IDENTITY;
        String prefix = probabilities ? "probability_" : "output_";
        predictions.schema().classNames().forEach(name -> header.add(prefix + name));
        return header;
    }
}
