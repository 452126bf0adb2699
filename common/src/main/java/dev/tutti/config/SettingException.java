package dev.tutti.config;

import dev.tutti.files.InputException;

/** A setting that is unknown, has a value that is not allowed, or does not go with the others. */
public final class SettingException extends InputException {
    private static final long serialVersionUID = 1L;

    private final String key;

    /**
     * @param message one line for the user
     * @param key of the setting
     */
    public SettingException(String message, String key) {
        super(message);
        this.key = key;
    }

    /**
     * @param message one line for the user
     * @param key of the setting
     * @param cause what was caught, for the log
     */
    public SettingException(String message, String key, Throwable cause) {
        super(message, cause);
        this.key = key;
    }

    /** Name of the setting, in kebab case. */
    public String key() {
        return key;
    }
}
