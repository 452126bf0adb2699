package dev.tutti.app.explain;

import dev.tutti.app.explain.exercise.Exercise;
import dev.tutti.app.explain.exercise.Exercises;
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
        if (!names().contains(request.name())) {
            throw new InputException("unknown exercise: " + request.name() + "; did you mean "
                    + Names.nearest(request.name(), names()) + "? 'tutti explain --list' names all");
        }
        Exercise exercise = Exercises.named(request.name());
        Problem problem = exercise.problem();
        if (!request.rows().isEmpty()) {
            problem = problem.with(chosen(problem, request.rows()));
        }
        boolean whole = exercise.wholeBatch() || !request.rows().isEmpty();
        return step(problem, request.tutti() ? Notation.TUTTI : exercise.notation(), whole, request.sources());
    }

    /** Explains one step. */
    static Explanation step(Problem problem, Notation notation, boolean whole, boolean sources) {
        Step step = Step.of(problem);
        return new Explanation(StepPage.of(step, notation, whole, sources), StepJson.of(step));
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
