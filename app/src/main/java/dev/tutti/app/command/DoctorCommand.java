package dev.tutti.app.command;

import dev.tutti.app.console.ExitCode;
import dev.tutti.app.doctor.Check;
import dev.tutti.app.doctor.MachineChecks;
import dev.tutti.config.Endpoint;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tutti doctor}. */
@Command(
        name = "doctor",
        description = "Checks this machine: Java, memory, shared memory, socket buffers, ports, the coordinator.",
        abbreviateSynopsis = true,
        footer = {
            "",
            "Exit code 0 if nothing fails, else 2.",
            "",
            "Example:",
            "  tutti doctor --coordinator 10.0.0.5:25520"
        })
public final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Option(
            names = "--coordinator",
            paramLabel = "HOST:PORT",
            converter = EndpointConverter.class,
            description = "check whether this coordinator can be reached")
    private Endpoint coordinator;

    @Option(
            names = "--coordinator-bind",
            paramLabel = "HOST:PORT",
            converter = EndpointConverter.class,
            description = "check whether a coordinator could listen here (default: 127.0.0.1:25520)")
    private Endpoint bind;

    @Override
    public Integer call() {
        common.startLogging();
        List<Check> checks = MachineChecks.all(bind == null ? Endpoint.local() : bind, coordinator);
        PrintWriter out = spec.commandLine().getOut();
        for (Check check : checks) {
            out.printf(
                    Locale.ROOT,
                    "%-4s  %-15s  %s%n",
                    check.verdict().name().toLowerCase(Locale.ROOT),
                    check.what(),
                    check.found());
            if (!check.advice().isEmpty()) {
                out.printf("%21s  %s%n", "", check.advice());
            }
        }
        out.flush();
        return checks.stream().anyMatch(check -> check.verdict() == Check.Verdict.FAIL)
                ? ExitCode.BAD_INPUT.code()
                : ExitCode.DONE.code();
    }
}
