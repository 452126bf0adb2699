package dev.tutti.app.console;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what went wrong into one line on standard error and an exit code; stack traces go to the log. */
public final class ErrorReport {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorReport.class);

    /** Whether it was told why the process ends: then the command's thread is interrupted, but by nobody at the keyboard. */
    private static volatile boolean ended;

    private ErrorReport() {}

    /** Whether it was told of an error that ends the process. */
    static boolean hasEnded() {
        return ended;
    }

    /** The command line cannot be understood. */
    public static int wrongUse(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        String problem = describe(e);
        String see = problem.endsWith("?") ? " See '" : "; see '";
        line(command.getErr(), problem + see + command.getCommandSpec().qualifiedName() + " --help'");
        return ExitCode.BAD_INPUT.code();
    }

    private static String describe(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            String argument = unmatched.getUnmatched().get(0);
            List<String> suggestions = unmatched.getSuggestions();
            boolean option = unmatched.isUnknownOption();
            String kind =
                    option ? "unknown option: " : takesCommand(e) ? "unknown command: " : "one argument too many: ";
            return kind + argument + (suggestions.isEmpty() ? "" : "; did you mean " + suggestions.get(0) + "?");
        }
        ArgSpec of = e.getArgSpec();
        if (of instanceof OptionSpec option
                && e.getValue() != null
                && of.typeInfo().isEnum()) {
            return option.longestName() + ": unknown value: \"" + e.getValue() + "\", allowed: "
                    + String.join(", ", of.typeInfo().getEnumConstantNames()).toLowerCase(Locale.ROOT);
        }
        String message = e.getMessage();
        return message.isEmpty() ? message : Character.toLowerCase(message.charAt(0)) + message.substring(1);
    }

    private static boolean takesCommand(ParameterException e) {
        return !e.getCommandLine().getSubcommands().isEmpty();
    }

    /** A command ended with an exception. */
    public static int failed(Exception e, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        // An interrupt also closes the file that is being read, and that comes out as an error about the file.
        if (e instanceof InterruptedException || Thread.interrupted()) {
            boolean told = e instanceof InterruptedException && e.getMessage() != null;
            line(err, (ended ? "stopped" : "interrupted") + (told ? " " + e.getMessage() : ""));
            return ExitCode.INTERRUPTED.code();
        }
        LOG.debug("ended with an error", e);
        return report(e, err).code();
    }

    /** A command is done, but not all that it printed has arrived. */
    public static int lost(String problem, PrintWriter err) {
        line(err, "standard output cannot be written: " + problem + "; what was printed there is not complete");
        return ExitCode.BAD_INPUT.code();
    }

    /**
     * An error that no command is prepared for, on whatever thread: the process cannot go on.
     *
     * @return how the process ends
     */
    static ExitCode fatal(Throwable error) {
        LOG.debug("ended with an error", error);
        return report(error, new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    }

    /** A thread has ended, which the process as a whole may survive. */
    static void warn(Throwable error) {
        LOG.error("a thread has ended: {}", error.toString(), error);
    }

    private static ExitCode report(Throwable error, PrintWriter err) {
        Failure failure = Failure.of(error);
        ended = ended || failure.isInternal() || OutOfMemory.in(error).isPresent();
        line(
                err,
                failure.message()
                        + (failure.isInternal() ? "; run again with --verbose and please report what it shows" : ""));
        return failure.exitCode();
    }

    private static void line(PrintWriter err, String message) {
        err.println("tutti: " + message.replaceAll("\\s*\\R\\s*", " "));
        err.flush();
    }
}
