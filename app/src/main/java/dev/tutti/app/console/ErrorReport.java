package dev.tutti.app.console;

import dev.tutti.files.InputException;
import dev.tutti.train.TrainingFailedException;
import java.io.PrintWriter;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what went wrong into one line on standard error and an exit code; stack traces go to the log. */
public final class ErrorReport {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorReport.class);

    private ErrorReport() {}

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
            line(err, "interrupted" + (told ? " " + e.getMessage() : ""));
            return ExitCode.INTERRUPTED.code();
        }
        LOG.debug("ended with an error", e);
        if (e instanceof InputException) {
            line(err, e.getMessage());
            return ExitCode.BAD_INPUT.code();
        }
        if (e instanceof TrainingFailedException) {
            line(err, e.getMessage());
            return ExitCode.TRAINING_FAILED.code();
        }
        line(err, "internal error: " + e + "; run again with --verbose and please report what it shows");
        return ExitCode.INTERNAL_ERROR.code();
    }

    private static void line(PrintWriter err, String message) {
        err.println("tutti: " + message.replaceAll("\\s*\\R\\s*", " "));
        err.flush();
    }
}
