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

/** {@code tutti serve}. */
@Command(
        name = "serve",
        description =
                "A training service: takes jobs over HTTP, trains them one after the other, and keeps all on disk.",
        abbreviateSynopsis = true,
        footer = {
            "",
            "Jobs survive the service: what was running when it ended, however it ended, goes on at the next start, to the",
            "same weights. Clients need the token in the home; docs/service.md has examples.",
            "",
            "Examples:",
            "  tutti serve",
            "  tutti serve --coordinator-bind 10.0.0.5:25520",
            "  tutti serve --http 10.0.0.5:8025 --tls-cert cert.pem --tls-key key.pem"
        })
public final class ServeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws InterruptedException {
        common.startServerLogging();
        PrintWriter out = spec.commandLine().getOut();
        TrainingService.run(
                ServiceSettings.read(SettingOptions.given(spec, ServiceSettings.SETTINGS), SettingOptions.file(spec)),
                line -> {
                    out.println(line);
                    out.flush();
                });
        return ExitCode.DONE.code();
    }
}
