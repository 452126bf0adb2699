package dev.tutti.app.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tutti bench}: the parent of the load tests. */
@Command(name = "bench", description = "Load tests, with tables.")
public final class BenchCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no load test given");
    }
}
