package dev.tutti.app.command;

import dev.tutti.app.console.ExitCode;
import dev.tutti.app.http.TrainingService;
import dev.tutti.config.ServiceSettings;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tutti coordinator}. */
@Command(
        name = "coordinator",
        description = "A coordinator process: a training service whose work is done by worker processes.",
        abbreviateSynopsis = true,
        footer = {
            "",
            "The same as 'tutti serve' without compute threads of its own: jobs come over HTTP, from the page, from",
            "'tutti train DATA --server URL' or 'tutti jobs', and are kept on disk.",
            "",
            "Example: a coordinator for the workers of a private network",
            "  tutti coordinator --coordinator-bind 10.0.0.5:25520 --wait-workers 3"
        })
public final class CoordinatorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws InterruptedException {
        common.startServerLogging();
        PrintWriter out = spec.commandLine().getOut();
        TrainingService.run(
                ServiceSettings.readCoordinator(
                        SettingOptions.given(spec, ServiceSettings.COORDINATOR_SETTINGS), SettingOptions.file(spec)),
                line -> {
                    out.println(line);
                    out.flush();
                });
        return ExitCode.DONE.code();
    }
}
