package dev.tutti.app.command;

import dev.tutti.app.cluster.WorkerNode;
import dev.tutti.app.console.ExitCode;
import dev.tutti.config.WorkerSettings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tutti worker}. */
@Command(
        name = "worker",
        description = "A worker process: joins a coordinator and computes for its jobs.",
        abbreviateSynopsis = true,
        footer = {
            "",
            "Example: four compute threads for the coordinator at 10.0.0.5",
            "  tutti worker --coordinator 10.0.0.5:25520 --threads 4"
        })
public final class WorkerCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws InterruptedException {
        common.startServerLogging();
        return run(WorkerSettings.read(SettingOptions.given(spec, WorkerSettings.SETTINGS), SettingOptions.file(spec)));
    }

    private static int run(WorkerSettings settings) throws InterruptedException {
        WorkerNode.run(settings);
        return ExitCode.DONE.code();
    }
}
