package dev.tutti.app.command;

import dev.tutti.app.console.ExitCode;
import dev.tutti.app.console.ReadingView;
import dev.tutti.app.describe.DescriptionJson;
import dev.tutti.app.describe.DescriptionText;
import dev.tutti.app.describe.Outlook;
import dev.tutti.config.Environment;
import dev.tutti.config.Setting;
import dev.tutti.config.TrainingSettings;
import dev.tutti.data.DataFiles;
import dev.tutti.data.TableDescription;
import dev.tutti.files.InputException;
import java.io.File;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tutti data describe}. */
@Command(
        name = "describe",
        description = "Tells what the columns of a data set hold, and what training would make of it.",
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  tutti data describe houses.csv",
            "  tutti data describe houses.csv --target price --ignore id --types zip=category",
            "  tutti data describe 'parts/part-*.csv.gz' --json"
        })
public final class DataDescribeCommand implements Callable<Integer> {
    private static final Set<String> KEYS = Set.of(
            "format",
            "header",
            "separator",
            "labels",
            "task",
            "target",
            "types",
            "ignore",
            "missing",
            "max-levels",
            "validation");

    /** The settings of {@code train} that say how data is read. */
    public static final List<Setting<?>> SETTINGS = settings();

    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Parameters(paramLabel = "DATA", description = "built-in data set, a file, or files by a pattern in quotes")
    private String data;

    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    private static List<Setting<?>> settings() {
        List<Setting<?>> settings = new ArrayList<>(TrainingSettings.SETTINGS);
        settings.removeIf(one -> !KEYS.contains(one.key()));
        return List.copyOf(settings);
    }

    /** What is described is read twice: to look at the columns, and to make a run of it. */
    private static void requireRegular(String source) {
        File file = new File(source);
        if (file.exists() && !file.isFile() && !file.isDirectory()) {
            throw new InputException(source + ": is not a regular file, and is read twice; write it to a file");
        }
    }

    @Override
    public Integer call() {
        common.startLogging();
        requireRegular(data);
        Map<String, String> given = SettingOptions.given(spec, SETTINGS);
        given.put("data", data);
        TrainingSettings settings = TrainingSettings.read(given, SettingOptions.file(spec));
        ReadingView reading =
                new ReadingView(spec.commandLine().getErr(), Environment.isTerminal("err"), System::nanoTime);
        TableDescription table = DataFiles.describe(data, settings.data().options(), reading);
        Outlook outlook = Outlook.of(settings);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(DescriptionJson.of(table, outlook));
        } else {
            DescriptionText.of(table, outlook).forEach(out::println);
        }
        out.flush();
        return ExitCode.DONE.code();
    }
}
