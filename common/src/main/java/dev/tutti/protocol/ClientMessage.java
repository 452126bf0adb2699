package dev.tutti.protocol;

/** What a coordinator tells the client of a job. */
public sealed interface ClientMessage extends ControlMessage {
    /** A line for people about the progress. */
    record Line(String text) implements ClientMessage {}

    /**
     * The job is over.
     *
     * @param exitCode as of {@code tutti train}
     * @param problem one line about what went wrong; empty if nothing did
     * @param summary the summary as JSON; empty if there is none
     */
    record Ended(int exitCode, String problem, String summary) implements ClientMessage {}
}
