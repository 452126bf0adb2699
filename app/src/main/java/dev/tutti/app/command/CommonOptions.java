package dev.tutti.app.command;

import dev.tutti.app.console.CountingView;
import dev.tutti.app.console.Logs;
import dev.tutti.config.Environment;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Options of every command. */
final class CommonOptions {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help",
            order = 100)
    private boolean help;

    @Option(names = "--verbose", description = "log what happens to standard error, with stack traces", order = 99)
    private boolean verbose;

    /** Sets up logging of a command that talks to people: warnings only, unless asked for more. */
    void startLogging() {
        Logs.toStandardError(verbose ? Logs.Level.VERBOSE : Logs.Level.QUIET);
    }

    /** Shows people how far a command is, if it takes long. */
    static CountingView counting(CommandSpec spec, String what) {
        return new CountingView(spec.commandLine().getErr(), Environment.isTerminal("err"), System::nanoTime, what);
    }

    /** Sets up logging of a process that stands in a cluster: what happens, in compact lines. */
    void startServerLogging() {
        Logs.toStandardError(verbose ? Logs.Level.VERBOSE : Logs.Level.SERVER);
    }
}
