package dev.tutti.app.command;

import dev.tutti.app.console.ExitCode;
import dev.tutti.app.server.CoordinatorServer;
import dev.tutti.config.CoordinatorSettings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tutti coordinator}. */
@Command(
        name = "coordinator",
        description = "A coordinator process: waits for worker processes and runs jobs.",
        abbreviateSynopsis = true,
        footer = {
            "",
            "Jobs come from 'tutti train DATA --coordinator HOST:PORT', on any machine, and run one after the other; data",
            "files are looked for below the data root on this machine, and run directories are made below the runs root.",
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
        new CoordinatorServer(CoordinatorSettings.read(
                        SettingOptions.given(spec, CoordinatorSettings.SETTINGS), SettingOptions.file(spec)))
                .run();
        return ExitCode.DONE.code();
    }
}
