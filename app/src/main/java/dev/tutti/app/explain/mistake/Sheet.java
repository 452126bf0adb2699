package dev.tutti.app.explain.mistake;

import static dev.tutti.app.explain.page.Formula.number;
import static dev.tutti.app.explain.page.Formula.word;

import dev.tutti.app.explain.page.Block;
import dev.tutti.app.explain.page.Formula;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Collects the blocks of an experiment. */
final class Sheet {
    final List<Block> blocks = new ArrayList<>();
    private final Map<String, Object> runs = new LinkedHashMap<>();

    void text(String text) {
        blocks.add(Block.sentence(word(text)));
    }

    void note(String text) {
        blocks.add(Block.note(text));
    }

    void table(List<Formula> head, List<Block.TableRow> rows) {
        blocks.add(new Block.Table(head, rows));
    }

    /** A column for each rule, named before it; a row for each step. */
    void byStep(Object... namesAndWeights) {
        List<Formula> head = new ArrayList<>();
        head.add(word("w after step"));
        for (int c = 0; c < namesAndWeights.length; c += 2) {
            head.add(word((String) namesAndWeights[c]));
        }
        List<Block.TableRow> rows = new ArrayList<>();
        int steps = ((float[]) namesAndWeights[1]).length;
        for (int step = 0; step < steps; step++) {
            List<Formula> cells = new ArrayList<>();
            cells.add(word(Integer.toString(step)));
            for (int c = 1; c < namesAndWeights.length; c += 2) {
                cells.add(number(((float[]) namesAndWeights[c])[step]));
            }
            rows.add(new Block.TableRow(cells, false));
        }
        table(head, rows);
    }

    /** A row for each name and number. */
    void pairs(Object... namesAndNumbers) {
        List<Block.TableRow> rows = new ArrayList<>();
        for (int i = 0; i < namesAndNumbers.length; i += 2) {
            double value = ((Number) namesAndNumbers[i + 1]).doubleValue();
            rows.add(Block.row(word((String) namesAndNumbers[i]), number(value)));
        }
        table(List.of(word(""), word("")), rows);
    }

    /** A row for each name and run of digits, and the commands that make them. */
    void measured(Object... namesAndRuns) {
        List<Block.TableRow> rows = new ArrayList<>();
        List<String> commands = new ArrayList<>();
        for (int i = 0; i < namesAndRuns.length; i += 2) {
            Measured run = (Measured) namesAndRuns[i + 1];
            rows.add(Block.row(
                    word((String) namesAndRuns[i]),
                    new Formula.Number(Integer.toString(run.batch())),
                    Formula.given(run.rate()),
                    run.diverged() ? word("diverges") : fourDigits(run.loss()),
                    run.diverged() ? Formula.EMPTY : fourDigits(run.accuracy()),
                    run.diverged() ? Formula.EMPTY : new Formula.Number(Integer.toString(run.steps()))));
            commands.add(run.command());
            runs.put((String) namesAndRuns[i], values(run));
        }
        table(
                List.of(word("digits"), word("batch"), word("lr"), word("loss"), word("accuracy"), word("broadcasts")),
                rows);
        blocks.add(Block.verbatim(commands.toArray(String[]::new)));
    }

    private static Formula fourDigits(double value) {
        return new Formula.Number(String.format(Locale.ROOT, "%.4f", value));
    }

    private static Map<String, Object> values(Measured run) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("batch", run.batch());
        values.put("learningRate", run.rate());
        values.put("sync", run.sync());
        if (run.localSteps() > 0) {
            values.put("replicas", Measured.REPLICAS);
            values.put("localSteps", run.localSteps());
        }
        values.put("diverges", run.diverged());
        if (!run.diverged()) {
            values.put("trainLoss", run.loss());
            values.put("accuracy", run.accuracy());
            values.put("broadcasts", run.steps());
        }
        values.put("command", run.command());
        return values;
    }

    /** Ends the experiment: values by name, and the runs of digits. */
    Mistake.Experiment done(Object... namesAndValues) {
        Map<String, Object> values = new LinkedHashMap<>();
        if (!runs.isEmpty()) {
            values.put("digits", runs);
        }
        for (int i = 0; i < namesAndValues.length; i += 2) {
            values.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return new Mistake.Experiment(List.copyOf(blocks), values);
    }
}
