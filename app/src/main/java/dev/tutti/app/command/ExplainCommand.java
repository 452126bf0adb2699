package dev.tutti.app.command;

import dev.tutti.app.console.ExitCode;
import dev.tutti.app.explain.Explainer;
import dev.tutti.app.explain.Form;
import dev.tutti.app.explain.Letters;
import dev.tutti.app.explain.Request;
import dev.tutti.app.explain.own.OwnData;
import dev.tutti.app.explain.page.Explanation;
import dev.tutti.config.Environment;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tutti explain}. */
@Command(
        name = "explain",
        description = "Shows every number of one step of training, to be checked by hand.",
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Rows are counted from 0. Data of your own gets 2 hidden units, unless --hidden says otherwise.",
            "",
            "Examples:",
            "  tutti explain --list",
            "  tutti explain two-outputs",
            "  tutti explain xor --notation tutti --source",
            "  tutti explain xor --distributed 3 --kill 2",
            "  tutti explain tanh-4433 --format html > step.html",
            "  tutti explain mistake mean-of-means",
            "  tutti explain iris --rows 0,77 --hidden 3 --activation tanh",
            "  tutti explain runs/20261120-101500-iris --rows 0,7"
        })
public final class ExplainCommand implements Callable<Integer> {
    private static final String MISTAKE = "mistake";

    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "EXERCISE|DATA|MODEL|mistake",
            description = "an exercise; or data, a run or a model of your own, with --rows; or a mistake")
    private String name;

    @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "name of a mistake")
    private String mistake;

    @Option(names = "--list", description = "name all exercises and mistakes")
    private boolean list;

    @Option(
            names = "--format",
            paramLabel = "FORM",
            defaultValue = "text",
            description = "text, markdown, html or json (default: text)")
    private Form form;

    @Option(
            names = "--notation",
            paramLabel = "LETTERS",
            description = "letters of the lecture, or those of Tutti's sources: lecture or tutti (default: lecture for"
                    + " exercises, tutti for data of your own)")
    private Letters letters;

    @Option(
            names = "--rows",
            paramLabel = "N,N",
            split = ",",
            description = "the samples of the mini-batch, counted from 0 (default: those of the exercise)")
    private List<Integer> rows;

    @Option(
            names = "--distributed",
            paramLabel = "N",
            description = "cut the mini-batch among N workers: who computes what, the tree, the average, the broadcast")
    private Integer workers;

    @Option(names = "--kill", paramLabel = "K", description = "with --distributed: worker K is killed in this step")
    private Integer killed;

    @Option(names = "--source", description = "name the method that computes each formula, and show its source")
    private boolean sources;

    @Override
    public Integer call() {
        common.startLogging();
        PrintWriter out = spec.commandLine().getOut();
        if (list) {
            requireNothingElse();
            Explainer.list().forEach(out::println);
        } else if (name == null) {
            throw new ParameterException(spec.commandLine(), "no exercise given; 'tutti explain --list' names all");
        } else {
            out.print(form.of(explanation(), Environment.showsColours()));
        }
        out.flush();
        return ExitCode.DONE.code();
    }

    private void requireNothingElse() {
        for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
            if (!option.longestName().equals("--list") && !option.longestName().equals("--verbose")) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--list names all, and goes with nothing else; leave out " + option.longestName());
            }
        }
        if (name != null) {
            throw new ParameterException(
                    spec.commandLine(), "--list names all, and goes with nothing else; leave out " + name);
        }
    }

    private Explanation explanation() {
        Request request = request();
        if (!name.equals(MISTAKE)) {
            if (mistake != null) {
                throw new ParameterException(spec.commandLine(), "one argument too many: " + mistake);
            }
            return Explainer.explain(request);
        }
        if (mistake == null) {
            throw new ParameterException(spec.commandLine(), "which mistake? 'tutti explain --list' names all");
        }
        if (!request.isPlain()) {
            throw new ParameterException(
                    spec.commandLine(), "a mistake is shown as it is; leave out the other options but --format");
        }
        return Explainer.mistake(mistake);
    }

    private Request request() {
        if (killed != null && workers == null) {
            throw new ParameterException(spec.commandLine(), "--kill goes with --distributed N");
        }
        return new Request(
                name,
                rows == null ? List.of() : rows,
                letters(),
                positive("--distributed", workers),
                positive("--kill", killed),
                sources,
                SettingOptions.given(spec, OwnData.SETTINGS),
                SettingOptions.file(spec));
    }

    private Optional<Letters> letters() {
        if (letters != null && form == Form.JSON) {
            throw new ParameterException(
                    spec.commandLine(), "--notation: JSON names its values and has no letters; leave it out");
        }
        return Optional.ofNullable(letters);
    }

    private int positive(String option, Integer value) {
        if (value != null && value < 1) {
            throw new ParameterException(
                    spec.commandLine(), option + " out of range: " + value + ", allowed: 1 or more");
        }
        return value == null ? 0 : value;
    }
}
