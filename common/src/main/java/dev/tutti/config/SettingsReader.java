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
import dev.tutti.data.BuiltInData;
import dev.tutti.files.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The values given to a command: command line over file. Every error names the key, the value, what is allowed and, for a
 * file, the line.
 */
final class SettingsReader {
    private static final String COMMAND_LINE = "command line";

    private final List<Setting<?>> settings;
    private final ConfigObject values;
    private final Optional<JobRoots> roots;

    private SettingsReader(List<Setting<?>> settings, ConfigObject values, Optional<JobRoots> roots) {
        this.settings = settings;
        this.values = values;
        this.roots = roots;
        for (Map.Entry<String, ConfigValue> entry : values.entrySet()) {
            if (settings.stream().noneMatch(setting -> setting.key().equals(entry.getKey()))) {
                throw new SettingException(
                        location(entry.getKey(), entry.getValue()) + ": unknown key, allowed: "
                                + settings.stream().map(Setting::key).sorted().collect(Collectors.joining(", ")),
                        entry.getKey());
            }
        }
    }

    /**
     * @param settings all that may be set
     * @param commandLine values given on the command line, by key
     * @param file configuration file, if one is given
     * @throws InputException if the file cannot be read or has an unknown key
     */
    static SettingsReader of(List<Setting<?>> settings, Map<String, String> commandLine, Optional<Path> file) {
        ConfigObject given = ConfigValueFactory.fromMap(commandLine, COMMAND_LINE);
        return new SettingsReader(
                settings,
                file.map(SettingsReader::parse).map(given::withFallback).orElse(given),
                Optional.empty());
    }

    /**
     * @param settings all that may be set
     * @param given values that somebody else has given, by key
     * @param roots where its paths must lie
     * @throws InputException if there is an unknown key, or one that is the operator's
     */
    static SettingsReader submitted(List<Setting<?>> settings, Map<String, String> given, JobRoots roots) {
        for (Setting<?> setting : settings) {
            if (setting.root() == Setting.Root.OPERATOR && given.containsKey(setting.key())) {
                throw new SettingException(
                        "--" + setting.key()
                                + ": not for a job of the service; leave it out, as the service decides that",
                        setting.key());
            }
        }
        return new SettingsReader(settings, ConfigValueFactory.fromMap(given, COMMAND_LINE), Optional.of(roots));
    }

    /** The same values without some. */
    SettingsReader without(Setting<?>... left) {
        ConfigObject others = values;
        for (Setting<?> setting : left) {
            others = others.withoutKey(setting.key());
        }
        return new SettingsReader(settings, others, roots);
    }

    /** The same values, with that of {@code other} for {@code setting} too if it has none. */
    <T> SettingsReader withDefault(Setting<T> setting, Setting<T> other) {
        return has(setting) || !has(other)
                ? this
                : new SettingsReader(settings, values.withValue(setting.key(), values.get(other.key())), roots);
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

    /** Whether a setting was given at all. */
    boolean has(Setting<?> setting) {
        return values.containsKey(setting.key());
    }

    /** Whether it was given on the command line. */
    boolean isOnCommandLine(Setting<?> setting) {
        return has(setting) && isCommandLine(values.get(setting.key()).origin());
    }

    /** All that was given, as text, by key. */
    Map<String, String> texts() {
        Map<String, String> texts = new TreeMap<>();
        values.forEach((key, value) -> texts.put(key, textOf(key, value)));
        return texts;
    }

    /** The value that was given, or the default. */
    <T> T get(Setting<T> setting) {
        return find(setting)
                .or(setting::fallback)
                .orElseThrow(() -> new IllegalArgumentException("no default: " + setting));
    }

    /** The value that was given. */
    <T> Optional<T> find(Setting<T> setting) {
        if (!settings.contains(setting)) {
            throw new IllegalArgumentException("not a setting of this command: " + setting);
        }
        ConfigValue value = values.get(setting.key());
        if (value == null) {
            return Optional.empty();
        }
        String text = textOf(setting.key(), value).strip();
        if (text.isEmpty()) {
            throw conflict(setting, "empty; give a value or leave it out");
        }
        try {
            return Optional.of(setting.form().parser().parse(roots.isEmpty() ? text : belowRoot(setting, text)));
        } catch (Form.BadValueException e) {
            throw new SettingException(location(setting.key(), value) + ": " + e.getMessage(), setting.key(), e);
        }
    }

    /** The text of a value; a list is its elements with commas between. */
    private static String textOf(String key, ConfigValue value) {
        if (value instanceof ConfigList list) {
            return list.stream().map(element -> textOf(key, element)).collect(Collectors.joining(","));
        }
        if (value instanceof ConfigObject) {
            throw new InputException(location(key, value) + ": a value is needed here, not an object");
        }
        return String.valueOf(value.unwrapped());
    }

    private String belowRoot(Setting<?> setting, String text) throws Form.BadValueException {
        JobRoots from = roots.orElseThrow();
        Stream<Path> allowed = switch (setting.root()) {
            case NONE, OPERATOR -> Stream.empty();
            case DATA_SET, DATA -> Stream.of(from.data());
            case DATA_OR_RUNS -> Stream.of(from.data(), from.runs());
        };
        if (setting.root() == Setting.Root.NONE || (setting.root() == Setting.Root.DATA_SET && BuiltInData.has(text))) {
            return text;
        }
        return allowed.flatMap(root -> JobRoots.below(root, text).stream())
                .map(Path::toString)
                .findFirst()
                .orElseThrow(() -> new Form.BadValueException(
                        "not below the directory that the service keeps for it",
                        text,
                        "paths relative to that directory"));
    }

    /**
     * Whether {@code setting} is given, where {@code rival} would say something else about the same: what is given on the command
     * line comes before what is given in the file.
     *
     * @throws InputException if both are given in the same place
     */
    boolean prefers(Setting<?> setting, Setting<?> rival) {
        if (!has(setting) || !has(rival)) {
            return has(setting);
        }
        if (isOnCommandLine(setting) == isOnCommandLine(rival)) {
            throw conflict(setting, "does not go with " + rival + "; give one of the two");
        }
        return isOnCommandLine(setting);
    }

    private static boolean isCommandLine(ConfigOrigin origin) {
        return origin.filename() == null && origin.lineNumber() < 0;
    }

    /** An error about settings that do not go together, at the place of {@code setting}. */
    InputException conflict(Setting<?> setting, String problem) {
        return new SettingException(location(setting.key(), values.get(setting.key())) + ": " + problem, setting.key());
    }

    private static String location(String key, ConfigValue value) {
        ConfigOrigin origin = value.origin();
        if (isCommandLine(origin)) {
            return "--" + key;
        }
        return origin.description().replaceFirst(": \\d+$", "") + ", line " + origin.lineNumber() + ": " + key;
    }
}
