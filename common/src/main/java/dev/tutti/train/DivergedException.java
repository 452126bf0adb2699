package dev.tutti.train;

/** Training diverged: something is not finite, or the loss grows without bound. */
public final class DivergedException extends TrainingFailedException {
    private static final long serialVersionUID = 1L;

    /** @param message one line for the user: what happened, at which layer, epoch, step and samples, and what to do */
    public DivergedException(String message) {
        super(message);
    }
}
