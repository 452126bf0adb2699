package dev.tutti.app.command;

import dev.tutti.app.console.ExitCode;
import dev.tutti.app.report.Report;
import dev.tutti.app.run.RunDirectory;
import dev.tutti.files.AtomicFile;
import dev.tutti.files.InputException;
import dev.tutti.files.LittleEndianFloats;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tutti report}. */
@Command(
        name = "report",
        description = "Writes one HTML page about a run that is done, which needs nothing but a browser.",
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  tutti report runs/20261120-101500-iris",
            "  tutti report runs/20261120-101500-iris --out iris.html"
        })
public final class ReportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Parameters(index = "0", paramLabel = "RUN", description = "directory of a run")
    private Path run;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "file to write; replaced if it is there (default: " + Report.FILE + " in the directory of the run)")
    private Path out;

    @Option(names = "--importance", description = "measure the importance of the columns, however long it takes")
    private boolean importance;

    @Override
    public Integer call() throws InterruptedException {
        common.startLogging();
        if (!Files.isDirectory(run)) {
            throw new InputException(run + ": no such directory; give the directory of a run");
        }
        Path file = out == null ? run.resolve(Report.FILE) : out;
        RunDirectory.requireNoPart(file, run.resolve(RunDirectory.MODEL));
        Report report = Report.of(run, importance, CommonOptions.counting(spec, "importance of the columns")::done);
        ByteBuffer page = StandardCharsets.UTF_8.encode(report.page());
        AtomicFile.write(file, channel -> LittleEndianFloats.writeAll(channel, page));
        if (importance) {
            report.unmeasured()
                    .ifPresent(reason -> spec.commandLine()
                            .getErr()
                            .println("tutti: the importance of the columns was not measured: " + reason));
        }
        spec.commandLine().getOut().println("report written to " + file);
        return ExitCode.DONE.code();
    }
}
