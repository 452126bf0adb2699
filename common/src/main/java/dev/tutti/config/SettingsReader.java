package dev.tutti.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import dev.tutti.files.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The values given to a command: command line over file. Every error names the key, the value, what is allowed and, for a
 * file, the line.
 */
final class SettingsReader {
    private static final String COMMAND_LINE = "command line";

    private final ConfigObject values;

    private SettingsReader(ConfigObject values) {
        this.values = values;
    }

    /**
     * @param settings all that may be set
     * @param commandLine values given on the command line, by key
     * @param file configuration file, if one is given
     * @throws InputException if the file cannot be read or has an unknown key
     */
    static SettingsReader of(List<Setting> settings, Map<String, String> commandLine, Optional<Path> file) {
        return of(settings, commandLine, file, Set.of());
    }

    /** The same, with some keys of the file left out. */
    static SettingsReader of(
            List<Setting> settings, Map<String, String> commandLine, Optional<Path> file, Set<String> leftOut) {
        ConfigObject given = ConfigValueFactory.fromMap(commandLine, COMMAND_LINE);
        return of(
                settings,
                file.map(SettingsReader::parse)
                        .map(fromFile -> given.withFallback(without(fromFile, leftOut)))
                        .orElse(given));
    }

    /**
     * @param settings all that may be set
     * @param text HOCON that somebody else has written; values only
     * @throws InputException if it cannot be read or has an unknown key
     */
    static SettingsReader submitted(List<Setting> settings, String text) {
        return of(settings, SubmittedText.parse(text));
    }

    private static SettingsReader of(List<Setting> settings, ConfigObject merged) {
        for (Map.Entry<String, ConfigValue> entry : merged.entrySet()) {
            if (settings.stream().noneMatch(setting -> setting.key().equals(entry.getKey()))) {
                throw new InputException(place(entry.getKey(), entry.getValue()) + ": unknown key, allowed: "
                        + settings.stream().map(Setting::key).sorted().collect(Collectors.joining(", ")));
            }
        }
        return new SettingsReader(merged);
    }

    private static ConfigObject without(ConfigObject values, Set<String> keys) {
        ConfigObject left = values;
        for (String key : keys) {
            left = left.withoutKey(key);
        }
        return left;
    }

    private static ConfigObject parse(Path file) {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new InputException(
                    "configuration file cannot be read: " + file + "; check the path given to --config");
        }
        try {
            Config config = ConfigFactory.parseFile(
                            file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false))
                    .resolve();
            return config.root();
        } catch (ConfigException e) {
            throw new InputException("configuration file is not valid HOCON: " + e.getMessage(), e);
        }
    }

    /** Whether {@code key} was given at all. */
    boolean has(String key) {
        return values.containsKey(key);
    }

    /** The text of {@code key}; a list is its elements with commas between. */
    Optional<String> text(String key) {
        ConfigValue value = values.get(key);
        if (value == null) {
            return Optional.empty();
        }
        String text = textOf(key, value).strip();
        if (text.isEmpty()) {
            throw new InputException(place(key, value) + ": empty; give a value or leave it out");
        }
        return Optional.of(text);
    }

    private static String textOf(String key, ConfigValue value) {
        if (value instanceof ConfigList list) {
            return list.stream().map(element -> textOf(key, element)).collect(Collectors.joining(","));
        }
        if (value instanceof ConfigObject) {
            throw new InputException(place(key, value) + ": a value is needed here, not an object");
        }
        return String.valueOf(value.unwrapped());
    }

    /** A path, relative to the working directory. */
    Optional<Path> path(String key) {
        return text(key).map(Path::of);
    }

    /** A whole number of at least {@code min}. */
    int integer(String key, int fallback, int min) {
        return text(key).map(text -> parseInteger(key, text, min)).orElse(fallback);
    }

    private int parseInteger(String key, String text, int min) {
        String allowed = "whole numbers from " + min + " to " + Integer.MAX_VALUE;
        try {
            long value = Long.parseLong(text);
            if (value >= min && value <= Integer.MAX_VALUE) {
                return (int) value;
            }
        } catch (NumberFormatException e) {
            throw error(key, "not a whole number", text, allowed);
        }
        throw error(key, "out of range", text, allowed);
    }

    /** Whole numbers with commas between, each at least {@code min}; {@code none} is no number at all. */
    List<Integer> integers(String key, List<Integer> fallback, int min) {
        Optional<String> text = text(key);
        if (text.isEmpty()) {
            return fallback;
        }
        if (text.get().equals("none")) {
            return List.of();
        }
        List<Integer> numbers = new ArrayList<>();
        for (String part : text.get().split(",", -1)) {
            numbers.add(parseInteger(key, part.strip(), min));
        }
        return List.copyOf(numbers);
    }

    /** A whole number of 64 bits. */
    long wide(String key, long fallback) {
        Optional<String> text = text(key);
        try {
            return text.map(Long::parseLong).orElse(fallback);
        } catch (NumberFormatException e) {
            throw error(key, "not a whole number", text.orElse(""), "whole numbers of 64 bits");
        }
    }

    /** A number that {@code fits}; never NaN or infinite. */
    double number(String key, double fallback, Predicate<Double> fits, String allowed) {
        Optional<String> text = text(key);
        if (text.isEmpty()) {
            return fallback;
        }
        double value;
        try {
            value = Double.parseDouble(text.get());
        } catch (NumberFormatException e) {
            throw error(key, "not a number", text.get(), allowed);
        }
        if (!Double.isFinite(value) || !fits.test(value)) {
            throw error(key, "out of range", text.get(), allowed);
        }
        return value;
    }

    /** On or off. */
    boolean flag(String key, boolean fallback) {
        return text(key)
                .map(text -> switch (text.toLowerCase(Locale.ROOT)) {
                    case "on", "true", "yes" -> true;
                    case "off", "false", "no" -> false;
                    default -> throw error(key, "unknown value", text, "on, off");
                })
                .orElse(fallback);
    }

    /** One of the constants of an enum, by its name in lower case. */
    <E extends Enum<E>> Optional<E> choice(String key, Class<E> type) {
        return text(key)
                .map(text -> Arrays.stream(type.getEnumConstants())
                        .filter(constant ->
                                constant.name().toLowerCase(Locale.ROOT).equals(text))
                        .findFirst()
                        .orElseThrow(() -> error(key, "unknown value", text, names(type))));
    }

    static <E extends Enum<E>> String names(Class<E> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }

    /** A time such as {@code 500ms}, {@code 60s} or {@code 2m}. */
    Duration duration(String key, Duration fallback) {
        if (!has(key)) {
            return fallback;
        }
        try {
            Duration duration = values.toConfig().getDuration(key);
            if (!duration.isNegative() && !duration.isZero()) {
                return duration;
            }
        } catch (ConfigException e) {
            throw error(key, "not a time", text(key).orElse(""), "a number with a unit, such as 500ms, 60s or 2m");
        }
        throw error(key, "out of range", text(key).orElse(""), "above 0, such as 60s");
    }

    /** {@code HOST:PORT}. */
    Optional<Endpoint> endpoint(String key) {
        return text(key).map(text -> {
            try {
                return Endpoint.parse(text);
            } catch (InputException e) {
                throw new InputException(place(key, values.get(key)) + ": " + e.getMessage(), e);
            }
        });
    }

    /**
     * Whether {@code key} is given, where {@code rival} would say something else about the same: what is given on the command
     * line comes before what is given in the file.
     *
     * @throws InputException if both are given in the same place
     */
    boolean prefers(String key, String rival) {
        if (!has(key) || !has(rival)) {
            return has(key);
        }
        if (onCommandLine(key) == onCommandLine(rival)) {
            throw conflict(key, "does not go with " + rival + "; give one of the two");
        }
        return onCommandLine(key);
    }

    private boolean onCommandLine(String key) {
        return isCommandLine(values.get(key).origin());
    }

    private static boolean isCommandLine(ConfigOrigin origin) {
        return origin.filename() == null && origin.lineNumber() < 0;
    }

    /** An error about two settings that do not go together, at the place of {@code key}. */
    InputException conflict(String key, String problem) {
        return new InputException(place(key, values.get(key)) + ": " + problem);
    }

    InputException error(String key, String problem, String value, String allowed) {
        return new InputException(
                place(key, values.get(key)) + ": " + problem + ": \"" + value + "\", allowed: " + allowed);
    }

    private static String place(String key, ConfigValue value) {
        ConfigOrigin origin = value.origin();
        if (isCommandLine(origin)) {
            return "--" + key;
        }
        return origin.description().replaceFirst(": \\d+$", "") + ", line " + origin.lineNumber() + ": " + key;
    }
}
