package dev.tutti.files;

/**
 * Bad input or wrong use: a setting, a file or a machine that does not allow what was asked for.
 *
 * <p>The message is one line for the user: what is wrong, where (file, line, column or key), the value found, and what to
 * do. The command line prints it without a stack trace and ends with exit code 2.
 */
public class InputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message one line for the user */
    public InputException(String message) {
        super(message);
    }

    /**
     * @param message one line for the user
     * @param cause what was caught, for the log
     */
    public InputException(String message, Throwable cause) {
        super(message, cause);
    }
}
