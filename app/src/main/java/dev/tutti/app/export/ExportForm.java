package dev.tutti.app.export;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.CodedOutputStream;
import dev.tutti.files.AtomicFile;
import dev.tutti.files.InputException;
import dev.tutti.savedmodel.ModelFile;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** A form in which other programs take a model; told by the ending of the file. */
public enum ExportForm {
    /** {@link OnnxModel}. */
    ONNX(".onnx"),
    /** {@link NumpyArchive}. */
    NPZ(".npz"),
    /** {@link JavaSource}. */
    JAVA(".java"),
    /** {@link StateDict}. */
    SAFETENSORS(".safetensors");

    private final String ending;

    ExportForm(String ending) {
        this.ending = ending;
    }

    /**
     * Returns the form of a file.
     *
     * @throws InputException if its ending is none of a form
     */
    public static ExportForm of(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(form -> name.endsWith(form.ending) && name.length() > form.ending.length())
                .findFirst()
                .orElseThrow(() -> new InputException(file + ": no form to export to; give a file that ends with "
                        + Arrays.stream(values()).map(form -> form.ending).collect(Collectors.joining(", "))));
    }

    /**
     * Writes a model, whole or not at all. The same model gives the same bytes.
     *
     * @throws InputException if the model does not fit into this form, or the file cannot be written
     */
    public void write(ModelFile.Model model, Path file) {
        write(model, file, "");
    }

    /**
     * As {@link #write(ModelFile.Model, Path)}, a class of Java in a package.
     *
     * @param inPackage name of the package; empty for none, as for the other forms
     */
    public void write(ModelFile.Model model, Path file, String inPackage) {
        requireFit(model, file);
        if (!inPackage.isEmpty() && this != JAVA) {
            throw new InputException(file + ": no Java source; --package is for .java alone");
        }
        switch (this) {
            case ONNX ->
                AtomicFile.write(file, channel -> {
                    ModelProto onnx = OnnxModel.of(model);
                    CodedOutputStream out = CodedOutputStream.newInstance(Channels.newOutputStream(channel));
                    onnx.writeTo(out);
                    out.flush();
                });
            case NPZ -> AtomicFile.write(file, channel -> NumpyArchive.write(model, channel));
            case JAVA -> {
                String name = JavaSource.className(file);
                if (!inPackage.isEmpty()) {
                    JavaSource.requirePackage(inPackage);
                }
                AtomicFile.write(file, channel -> JavaSource.write(model, inPackage, name, channel));
            }
            case SAFETENSORS -> AtomicFile.write(file, channel -> StateDict.write(model, channel));
        }
    }

    private void requireFit(ModelFile.Model model, Path file) {
        long most = switch (this) {
            case ONNX -> OnnxModel.MOST_BYTES / Float.BYTES;
            case JAVA -> JavaSource.MOST_PARAMETERS;
            case NPZ, SAFETENSORS -> Integer.MAX_VALUE;
        };
        if (model.parameters().length > most) {
            throw new InputException(file + ": too large for this form: " + model.parameters().length
                    + " parameters, allowed: " + most + "; export to .npz or .safetensors");
        }
    }
}
