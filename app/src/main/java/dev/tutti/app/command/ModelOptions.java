package dev.tutti.app.command;

import dev.tutti.app.run.RunDirectory;
import dev.tutti.data.DataFiles;
import dev.tutti.data.DataFormat;
import dev.tutti.data.DataOptions;
import dev.tutti.data.Header;
import dev.tutti.data.Purpose;
import dev.tutti.data.RawData;
import dev.tutti.files.InputException;
import dev.tutti.savedmodel.ModelFile;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A model, and data to use it on. */
final class ModelOptions {
    @Parameters(index = "0", paramLabel = "MODEL", description = "model.safetensors, or the directory of a run")
    private Path model;

    @Parameters(index = "1", paramLabel = "DATA", description = "built-in data set, or a file")
    private String data;

    @Option(
            names = "--format",
            paramLabel = "FORM",
            description = "form of the file: ${COMPLETION-CANDIDATES} (default: by its ending)")
    private DataFormat format;

    @Option(
            names = "--separator",
            paramLabel = "CHARACTER",
            converter = SeparatorConverter.class,
            description = "what separates the cells of a CSV (default: found)")
    private Character separator;

    @Option(
            names = "--header",
            paramLabel = "on|off|auto",
            defaultValue = "auto",
            description = "whether the first line of a CSV has names (default: auto)")
    private Header header;

    @Option(
            names = "--target",
            paramLabel = "COLUMN",
            description = "target column of a CSV, by name or by number from 0 (default: the last)")
    private String target;

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description = "labels of an IDX file of samples (default: the file named alike)")
    private Path labels;

    /** Name of the data. */
    String data() {
        return data;
    }

    /** File of the model. */
    Path modelFile() {
        return fileOf(model);
    }

    /** Returns the file of a model that is named by itself, or by the directory of its run. */
    static Path fileOf(Path model) {
        Path file = Files.isDirectory(model) ? model.resolve(RunDirectory.MODEL) : model;
        if (!Files.exists(file)) {
            throw new InputException(file + ": no such file; give the model.safetensors of a finished run");
        }
        return file;
    }

    /** Reads the model. */
    ModelFile.Model readModel() {
        return ModelFile.read(modelFile());
    }

    /** Reads the data in the terms of {@code model}; targets may be missing. */
    RawData readData(ModelFile.Model model, Purpose purpose) {
        DataOptions options = DataOptions.DEFAULT
                .withFormat(format)
                .withHeader(header)
                .withSeparator(separator == null ? 0 : separator)
                .withTarget(target)
                .withTask(model.preprocessing().schema().task())
                .withLabels(labels);
        return DataFiles.read(data, options, model.preprocessing().schema(), purpose);
    }
}
