package dev.tutti.app.command;

import dev.tutti.app.console.ExitCode;
import dev.tutti.app.export.ExportForm;
import dev.tutti.app.run.RunDirectory;
import dev.tutti.savedmodel.ModelFile;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tutti export}. */
@Command(
        name = "export",
        description = "Writes a saved model in the form of another program, told by the ending of the file.",
        abbreviateSynopsis = true,
        footer = {
            "",
            "Endings: .onnx (with the preprocessing inside), .npz (NumPy), .java (one source file that scores rows),",
            ".safetensors (state_dict of PyTorch).",
            "",
            "Examples:",
            "  tutti export runs/20261120-101500-iris --to iris.onnx",
            "  tutti export model.safetensors --to src/main/java/com/example/Iris.java --package com.example"
        })
public final class ExportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Parameters(index = "0", paramLabel = "MODEL", description = "model.safetensors, or the directory of a run")
    private Path model;

    @Option(
            names = "--to",
            paramLabel = "FILE",
            required = true,
            description = "file to write; replaced if it is there")
    private Path to;

    @Option(
            names = "--package",
            paramLabel = "NAME",
            defaultValue = "",
            description = "package of the class, for .java (default: none)")
    private String inPackage;

    @Override
    public Integer call() {
        common.startLogging();
        ExportForm form = ExportForm.of(to);
        Path file = ModelOptions.fileOf(model);
        RunDirectory.requireNoPart(to, file);
        ModelFile.Model read = ModelFile.read(file);
        form.write(read, to, inPackage);
        spec.commandLine().getOut().println(read.network().shape() + " written to " + to);
        return ExitCode.DONE.code();
    }
}
