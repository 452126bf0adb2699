package dev.tutti.app.job;

import dev.tutti.protocol.ClientMessage.Ended;
import dev.tutti.protocol.ClientMessage.Line;
import dev.tutti.protocol.JobMessage.Submit;

/** A job that a client has handed in, and the way back to the client. Thread-safe. */
public final class JobRequest {
    private final Submit submit;

    JobRequest(Submit submit) {
        this.submit = submit;
    }

    /** The run's configuration in HOCON. */
    public String config() {
        return submit.config();
    }

    /** Tells the client a line about the progress. */
    public void tell(String line) {
        submit.client().tell(new Line(line));
    }

    /** Tells the client how the job ended. */
    public void end(Ended ended) {
        submit.client().tell(ended);
    }

    /** Whether this is the job of the same client. */
    boolean isOf(Object client) {
        return submit.client().equals(client);
    }
}
