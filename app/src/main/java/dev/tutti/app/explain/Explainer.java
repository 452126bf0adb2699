package dev.tutti.app.explain;

import dev.tutti.app.explain.exercise.Exercise;
import dev.tutti.app.explain.exercise.Exercises;
import dev.tutti.app.explain.own.OwnData;
import dev.tutti.app.explain.share.SharedStep;
import dev.tutti.app.explain.share.SharedStepPage;
import dev.tutti.app.explain.step.Notation;
import dev.tutti.app.explain.step.Problem;
import dev.tutti.app.explain.step.Sample;
import dev.tutti.app.explain.step.Step;
import dev.tutti.app.explain.step.StepJson;
import dev.tutti.app.explain.step.StepPage;
import dev.tutti.files.InputException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/** Explains what has a name. */
public final class Explainer {
    private Explainer() {}

    /** Names of all that can be explained, in the order of a course. */
    public static List<String> names() {
        return Exercises.all().stream().map(Exercise::name).toList();
    }

    /** A line for each exercise: its name, and what it is. */
    public static List<String> list() {
        return Exercises.all().stream()
                .map(one -> String.format("%-22s %s", one.name(), one.problem().title()))
                .toList();
    }

    /**
     * Explains an exercise.
     *
     * @throws InputException if there is none of that name, or it has no such rows
     */
    public static Explanation explain(Request request) {
        boolean known = names().contains(request.name());
        if (OwnData.isOne(request.name()) && (!known || request.hasSettings())) {
            Problem problem = OwnData.problem(request.name(), request.rows(), request.settings(), request.file());
            return step(problem, Notation.TUTTI, true, request);
        }
        if (!known) {
            throw new InputException("unknown exercise: " + request.name() + "; did you mean "
                    + Names.nearest(request.name(), names())
                    + "? 'tutti explain --list' names all; data or a model of that name is not there either");
        }
        if (request.hasSettings()) {
            throw new InputException(request.name()
                    + " is an exercise, whose network is given; settings are for data of your own, such as:"
                    + " tutti explain iris --rows 0,7 --hidden 3");
        }
        Exercise exercise = Exercises.named(request.name());
        Problem problem = exercise.problem();
        if (!request.rows().isEmpty()) {
            problem = problem.with(chosen(problem, request.rows()));
        }
        boolean whole = exercise.wholeBatch() || !request.rows().isEmpty();
        return step(problem, request.tutti() ? Notation.TUTTI : exercise.notation(), whole, request);
    }

    /** Explains one step, by itself or cut among workers. */
    static Explanation step(Problem problem, Notation notation, boolean whole, Request request) {
        requireWork(problem.samples().size(), request);
        Step step = Step.of(problem);
        if (request.workers() == 0) {
            return new Explanation(StepPage.of(step, notation, whole, request.sources()), StepJson.of(step));
        }
        SharedStep shared = SharedStep.of(step, request.workers(), request.killed());
        Map<String, Object> values = StepJson.of(step);
        values.put("distributed", SharedStepPage.json(shared));
        return new Explanation(SharedStepPage.of(shared, notation, request.sources()), values);
    }

    private static void requireWork(int segments, Request request) {
        if (request.workers() > segments) {
            throw new InputException("--distributed " + request.workers() + ": the batch has " + segments
                    + (segments == 1 ? " segment" : " segments") + ", so some workers would have no work; give "
                    + (segments == 1 ? "1, or more --rows" : "1 to " + segments));
        }
        if (request.killed() > request.workers()) {
            throw new InputException("--kill " + request.killed() + ": there is no such worker; give 1 to " + request.workers());
        }
        if (request.killed() > 0 && request.workers() == 1) {
            throw new InputException("--kill: the only worker would be killed, and nobody would be left; give --distributed 2 or more");
        }
    }

    private static List<Sample> chosen(Problem problem, List<Integer> rows) {
        List<Sample> samples = new ArrayList<>();
        if (new HashSet<>(rows).size() < rows.size()) {
            throw new InputException("--rows: a row twice: " + rows + "; name each once");
        }
        for (int row : rows) {
            if (row < 0 || row >= problem.samples().size()) {
                throw new InputException(
                        "--rows: no row " + row + " in " + problem.name() + "; rows are counted from 0: 0 to "
                                + (problem.samples().size() - 1));
            }
            samples.add(problem.samples().get(row));
        }
        return samples;
    }
}
