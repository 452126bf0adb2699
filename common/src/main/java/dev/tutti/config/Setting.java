package dev.tutti.config;

/**
 * A setting of a command: an option {@code --key} of the command line and a key of the configuration file alike.
 *
 * @param key name, in kebab case
 * @param label what the value is, such as {@code N}; empty for a switch
 * @param help one or two lines for people, with the default
 */
public record Setting(String key, String label, String help) {

    /** Whether this is a switch: on where the option is given, on or off in a file. */
    public boolean isSwitch() {
        return label.isEmpty();
    }
}
