package dev.tutti.app.service;

import dev.tutti.files.InputException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Something that the service cannot do for a client, of a kind that the client's program may want to tell apart. */
public final class ServiceException extends InputException {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(ServiceException.class);

    /** What kind of problem it is. */
    public enum Kind {
        /** What was sent cannot be understood. */
        MALFORMED,
        /** There is no such job or data. */
        NOT_FOUND,
        /** It is not in a state for that. */
        CONFLICT,
        /** More was sent than is taken. */
        TOO_LARGE,
        /** The same key was used for something else before. */
        KEY_REUSED,
        /** There are too many already. */
        TOO_MANY,
        /** The disk takes no more. */
        STORAGE
    }

    private final Kind kind;

    /**
     * @param kind of the problem
     * @param message one line for the user
     */
    public ServiceException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /**
     * What is to be written cannot be: the client learns why, the log where.
     *
     * @param what is kept, such as {@code job}
     * @param cause by the file system
     */
    static ServiceException storage(String what, IOException cause) {
        LOG.warn("{} cannot be kept on the disk", what, cause);
        String reason = cause instanceof FileSystemException of ? of.getReason() : cause.getMessage();
        return new ServiceException(
                Kind.STORAGE,
                "the service cannot keep the " + what + " on its disk ("
                        + (reason == null ? cause.getClass().getSimpleName() : reason)
                        + "); nothing was changed; try again when its operator has made room");
    }

    /** The kind of the problem. */
    public Kind kind() {
        return kind;
    }
}
