package dev.tutti.config;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A setting of a command, and all that is to be known of it: the option {@code --key} of the command line, the key of the
 * configuration file, help, the effective configuration and the tables of docs/commands.md come from this. Immutable.
 *
 * @param <T> type of its values
 */
public final class Setting<T> {
    /** What a path of a submitted job must lie below. */
    enum Root {
        /** It is no path. */
        NONE,
        /** The data root, unless it is the name of built-in data. */
        DATA_SET,
        /** The data root. */
        DATA,
        /** Either of the two. */
        DATA_OR_RUNS,
        /** It is for the operator of a service to say: refused in a submitted job. */
        OPERATOR
    }

    private final String key;
    private final String label;
    private final String text;
    private final Form<T> form;
    private final Optional<T> fallback;
    private final String fallbackText;
    private final boolean resumable;
    private final Root root;

    private Setting(
            String key,
            String label,
            String text,
            Form<T> form,
            Optional<T> fallback,
            String fallbackText,
            boolean resumable,
            Root root) {
        this.key = key;
        this.label = label;
        this.text = text;
        this.form = form;
        this.fallback = fallback;
        this.fallbackText = fallbackText;
        this.resumable = resumable;
        this.root = root;
    }

    /**
     * A setting without a default.
     *
     * @param key name, in kebab case
     * @param label what the value is, such as {@code N}; such as {@code on|off} where that lists all
     *     choices; empty for a switch
     * @param form of its values; choices are listed in help
     * @param text one or two lines for people, without the default
     */
    static <T> Setting<T> of(String key, String label, Form<T> form, String text) {
        return new Setting<>(key, label, text, form, Optional.empty(), "", false, Root.NONE);
    }

    /** The setting with a value for where none is given. */
    Setting<T> orElse(T value) {
        return orElse(value, plain(form.writer().apply(value)));
    }

    /** The same, with other words for the value. */
    Setting<T> orElse(T value, String words) {
        return new Setting<>(key, label, text, form, Optional.of(value), words, resumable, root);
    }

    /** The setting with words for what happens where none is given. */
    Setting<T> otherwise(String words) {
        return new Setting<>(key, label, text, form, Optional.empty(), words, resumable, root);
    }

    /** The setting, which a run that goes on may be given anew: it does not change the trained bits. */
    Setting<T> resumable() {
        return new Setting<>(key, label, text, form, fallback, fallbackText, true, root);
    }

    /** The setting, whose value in a submitted job is a path that must lie there, or no concern of the job. */
    Setting<T> below(Root newRoot) {
        return new Setting<>(key, label, text, form, fallback, fallbackText, resumable, newRoot);
    }

    /** Name, in kebab case. */
    public String key() {
        return key;
    }

    /** What the value is, such as {@code N}; empty for a switch. */
    public String label() {
        return label;
    }

    /** Whether this is a switch: on where the option is given, on or off in a file. */
    public boolean isSwitch() {
        return label.isEmpty();
    }

    /** What happens where it is not given, in words; empty if nothing does. */
    public String fallbackText() {
        return fallbackText;
    }

    /** Help: what it is, its choices, its default. */
    public String help() {
        boolean listed = isSwitch() || form.allowed().isEmpty() || label.contains("|");
        String choices = listed ? "" : ": " + form.allowed();
        return text + choices + (isSwitch() || fallbackText.isEmpty() ? "" : " (default: " + fallbackText + ")");
    }

    /** Whether a run that goes on may be given it anew. */
    boolean isResumable() {
        return resumable;
    }

    Form<T> form() {
        return form;
    }

    Optional<T> fallback() {
        return fallback;
    }

    Root root() {
        return root;
    }

    @Override
    public String toString() {
        return key;
    }

    private static String plain(Object value) {
        if (value instanceof Boolean flag) {
            return flag ? "on" : "off";
        }
        if (value instanceof List<?> list) {
            return list.stream().map(String::valueOf).collect(Collectors.joining(","));
        }
        return value instanceof Double ? value.toString().replaceFirst("\\.0$", "") : value.toString();
    }
}
