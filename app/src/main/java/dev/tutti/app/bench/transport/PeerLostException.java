package dev.tutti.app.bench.transport;

import dev.tutti.train.TrainingFailedException;

/** The other side of a bench is gone, or ended it: exit code 3. */
public final class PeerLostException extends TrainingFailedException {
    private static final long serialVersionUID = 1L;

    /** @param message one line for the user: who, and what happened */
    public PeerLostException(String message) {
        super(message);
    }
}
