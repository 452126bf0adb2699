package dev.tutti.app.command;

import dev.tutti.config.Setting;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Makes options of the settings of {@code dev.tutti.config}, which knows their values, and collects what was given. */
public final class SettingOptions {
    private static final String CONFIG = "--config";

    private SettingOptions() {}

    /** Adds an option for each setting, and {@code --config}; returns the same command line. */
    public static CommandLine add(CommandLine command, List<Setting<?>> settings) {
        CommandSpec spec = command.getCommandSpec();
        spec.addOption(OptionSpec.builder(CONFIG)
                .paramLabel("FILE")
                .type(Path.class)
                .description("read these settings from a file in HOCON; the command line comes first")
                .order(0)
                .build());
        int order = 1;
        for (Setting<?> setting : settings) {
            spec.addOption(option(setting, order++));
        }
        return command;
    }

    private static OptionSpec option(Setting<?> setting, int order) {
        OptionSpec.Builder option = OptionSpec.builder("--" + setting.key())
                .description(setting.help())
                .order(order);
        return setting.isSwitch()
                ? option.type(boolean.class).arity("0").build()
                : option.type(String.class)
                        .arity("1")
                        .paramLabel(setting.label())
                        .build();
    }

    /** The values given on the command line, by key. */
    static Map<String, String> given(CommandSpec spec, List<Setting<?>> settings) {
        Map<String, String> values = new LinkedHashMap<>();
        for (Setting<?> setting : settings) {
            OptionSpec option = spec.findOption("--" + setting.key());
            if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
                Object value = option.getValue();
                values.put(setting.key(), String.valueOf(value));
            }
        }
        return values;
    }

    /** The configuration file, if one is given. */
    static Optional<Path> file(CommandSpec spec) {
        Path file = spec.findOption(CONFIG).getValue();
        return Optional.ofNullable(file);
    }
}
