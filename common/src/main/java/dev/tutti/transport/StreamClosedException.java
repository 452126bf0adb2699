package dev.tutti.transport;

/** A stream can take no more: a new generation, with new streams, is needed. */
public class StreamClosedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message which stream, and why */
    public StreamClosedException(String message) {
        super(message);
    }
}
