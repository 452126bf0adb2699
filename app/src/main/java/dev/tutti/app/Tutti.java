package dev.tutti.app;

import dev.tutti.app.command.BenchClusterCommand;
import dev.tutti.app.command.BenchCommand;
import dev.tutti.app.command.BenchKernelCommand;
import dev.tutti.app.command.BenchTransportCommand;
import dev.tutti.app.command.ChaosCommand;
import dev.tutti.app.command.CoordinatorCommand;
import dev.tutti.app.command.DataCommand;
import dev.tutti.app.command.DataDescribeCommand;
import dev.tutti.app.command.DoctorCommand;
import dev.tutti.app.command.EvalCommand;
import dev.tutti.app.command.ExplainCommand;
import dev.tutti.app.command.ExportCommand;
import dev.tutti.app.command.JobsCommand;
import dev.tutti.app.command.PredictCommand;
import dev.tutti.app.command.ReportCommand;
import dev.tutti.app.command.ServeCommand;
import dev.tutti.app.command.SettingOptions;
import dev.tutti.app.command.TrainCommand;
import dev.tutti.app.command.VersionCommand;
import dev.tutti.app.command.WorkerCommand;
import dev.tutti.app.console.ErrorReport;
import dev.tutti.app.console.ExitCode;
import dev.tutti.app.console.Interruption;
import dev.tutti.app.console.ResultStream;
import dev.tutti.app.console.Terminal;
import dev.tutti.app.console.Version;
import dev.tutti.app.explain.own.OwnData;
import dev.tutti.config.Environment;
import dev.tutti.config.ServiceSettings;
import dev.tutti.config.TrainingSettings;
import dev.tutti.config.WorkerSettings;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code tutti} command. */
@Command(
        name = "tutti",
        description =
                "Trains feed-forward networks by data-parallel SGD on a cluster: the same bits, whatever the cluster.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Start here:",
            "  tutti train digits             train on the built-in digits, all in one process",
            "  tutti doctor                   check this machine",
            "  tutti COMMAND --help           options and examples of a command",
            "",
            "Exit codes: 0 done, 1 a fault of Tutti itself, 2 wrong use or bad input, 3 the training failed, 130 interrupted."
        })
public final class Tutti implements Runnable {
    /** All commands by their names, in the order in which help lists them. */
    private static final Map<String, Supplier<CommandLine>> COMMANDS = commands();

    @Spec
    private CommandSpec spec;

    private Tutti() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] args) {
        Terminal.useRealStandardError();
        Interruption.run(() -> run(commandLineFor(args), ResultStream.standard(), args));
    }

    /**
     * Runs a command.
     *
     * @param tutti the command line
     * @param results where it prints
     * @param args its arguments
     * @return its exit code; that of bad input if it is done, but {@code results} could not be written
     */
    static int run(CommandLine tutti, ResultStream results, String... args) {
        PrintWriter out = new PrintWriter(results, true, StandardCharsets.UTF_8);
        tutti.setOut(out);
        int code = tutti.execute(args);
        out.flush();
        return code == ExitCode.DONE.code() && results.problem().isPresent()
                ? ErrorReport.lost(results.problem().get(), tutti.getErr())
                : code;
    }

    /** The whole command line; errors go to standard error. */
    static CommandLine commandLine() {
        CommandLine tutti = commandLine(COMMANDS.keySet());
        CommandLine help = new CommandLine(new CommandLine.HelpCommand());
        help.getCommandSpec().usageMessage().hidden(true);
        return tutti.addSubcommand("help", help);
    }

    /** As much of the command line as {@code args} need: to make all of it takes longer than some commands do. */
    private static CommandLine commandLineFor(String... args) {
        return args.length > 0 && COMMANDS.containsKey(args[0]) ? commandLine(Set.of(args[0])) : commandLine();
    }

    private static CommandLine commandLine(Set<String> names) {
        CommandLine tutti = new CommandLine(new Tutti());
        COMMANDS.forEach((name, command) -> {
            if (names.contains(name)) {
                tutti.addSubcommand(name, command.get());
            }
        });
        tutti.setParameterExceptionHandler(ErrorReport::wrongUse);
        tutti.setExecutionExceptionHandler(ErrorReport::failed);
        tutti.setCaseInsensitiveEnumValuesAllowed(true);
        tutti.setUsageHelpWidth(Math.max(80, Math.min(110, Environment.columns())));
        tutti.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
        return tutti;
    }

    private static Map<String, Supplier<CommandLine>> commands() {
        Map<String, Supplier<CommandLine>> commands = new LinkedHashMap<>();
        commands.put("train", () -> SettingOptions.add(new CommandLine(new TrainCommand()), TrainingSettings.SETTINGS));
        commands.put(
                "coordinator",
                () -> SettingOptions.add(
                        new CommandLine(new CoordinatorCommand()), ServiceSettings.COORDINATOR_SETTINGS));
        commands.put("worker", () -> SettingOptions.add(new CommandLine(new WorkerCommand()), WorkerSettings.SETTINGS));
        commands.put("serve", () -> SettingOptions.add(new CommandLine(new ServeCommand()), ServiceSettings.SETTINGS));
        commands.put("jobs", JobsCommand::commandLine);
        commands.put("data", Tutti::data);
        commands.put("eval", () -> new CommandLine(new EvalCommand()));
        commands.put("predict", () -> new CommandLine(new PredictCommand()));
        commands.put("export", () -> new CommandLine(new ExportCommand()));
        commands.put("report", () -> new CommandLine(new ReportCommand()));
        commands.put("bench", Tutti::bench);
        commands.put("explain", () -> SettingOptions.add(new CommandLine(new ExplainCommand()), OwnData.SETTINGS));
        commands.put("chaos", () -> new CommandLine(new ChaosCommand()));
        commands.put("doctor", () -> new CommandLine(new DoctorCommand()));
        commands.put("version", () -> new CommandLine(new VersionCommand()));
        return commands;
    }

    private static CommandLine data() {
        return new CommandLine(new DataCommand())
                .addSubcommand(
                        "describe",
                        SettingOptions.add(new CommandLine(new DataDescribeCommand()), DataDescribeCommand.SETTINGS));
    }

    private static CommandLine bench() {
        return new CommandLine(new BenchCommand())
                .addSubcommand("kernel", new BenchKernelCommand())
                .addSubcommand("cluster", new BenchClusterCommand())
                .addSubcommand("transport", new BenchTransportCommand());
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given");
    }
}
