package dev.tutti.transport;

import dev.tutti.files.InputException;

/** There is too little shared memory for a media driver or its streams. */
public class NoRoomException extends InputException {
    private static final long serialVersionUID = 1L;

    /** @param message one line for the user */
    public NoRoomException(String message) {
        super(message);
    }
}
