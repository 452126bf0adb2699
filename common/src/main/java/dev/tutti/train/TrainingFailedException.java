package dev.tutti.train;

/** The training itself failed (diverged, no workers): exit code 3. The message is one line for the user. */
public class TrainingFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message one line for the user: what happened, at which layer, epoch and step, and what to do */
    public TrainingFailedException(String message) {
        super(message);
    }
}
