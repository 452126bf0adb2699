package dev.tutti.app;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** Runs commands in this process. */
final class Cli {
    private Cli() {}

    /** How a command ended, and what it wrote. */
    record Outcome(int code, String out, String err) {}

    /** One after the other, as the log of this process goes to one run at a time. */
    static synchronized Outcome run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine tutti = Tutti.commandLine();
        tutti.setOut(new PrintWriter(out, true));
        tutti.setErr(new PrintWriter(err, true));
        int code = tutti.execute(args);
        return new Outcome(code, out.toString(), err.toString());
    }
}
