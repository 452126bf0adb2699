package dev.tutti.app.explain;

import dev.tutti.app.explain.exercise.Exercise;
import dev.tutti.app.explain.exercise.Exercises;
import dev.tutti.app.explain.mistake.Mistake;
import dev.tutti.app.explain.mistake.Mistakes;
import dev.tutti.app.explain.own.OwnData;
import dev.tutti.app.explain.page.Explanation;
import dev.tutti.app.explain.page.TextPage;
import dev.tutti.app.explain.share.SharedStep;
import dev.tutti.app.explain.share.SharedStepPage;
import dev.tutti.app.explain.step.Notation;
import dev.tutti.app.explain.step.Problem;
import dev.tutti.app.explain.step.Sample;
import dev.tutti.app.explain.step.Step;
import dev.tutti.app.explain.step.StepJson;
import dev.tutti.app.explain.step.StepPage;
import dev.tutti.app.explain.topic.Topic;
import dev.tutti.files.InputException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Explains what has a name. */
public final class Explainer {
    private Explainer() {}

    /** Names of all that can be explained, in the order of a course. */
    public static List<String> names() {
        List<String> names = new ArrayList<>();
        Exercises.all().forEach(one -> names.add(one.name()));
        Topic.all().forEach(one -> names.add(one.name()));
        return names;
    }

    /** What can be explained, by name and title, and the mistakes. */
    public static List<String> list() {
        List<String> names = new ArrayList<>(names());
        List<String> titles = new ArrayList<>();
        Exercises.all().forEach(one -> titles.add(one.problem().title()));
        Topic.all().forEach(one -> titles.add(one.title()));
        for (Mistake mistake : Mistakes.all()) {
            names.add("mistake " + mistake.name());
            titles.add(mistake.thought());
        }
        return TextPage.list(names, titles);
    }

    /**
     * Explains a mistake.
     *
     * @throws InputException if there is none of that name
     */
    public static Explanation mistake(String name) {
        List<String> names = Mistakes.all().stream().map(Mistake::name).toList();
        for (Mistake mistake : Mistakes.all()) {
            if (mistake.name().equals(name)) {
                Mistake.Experiment experiment = mistake.experiment().get();
                Map<String, Object> values = new LinkedHashMap<>();
                values.put("name", name);
                values.put("thought", mistake.thought());
                values.put("truth", mistake.truth());
                values.putAll(experiment.values());
                return new Explanation(Mistakes.page(mistake, experiment), values);
            }
        }
        throw new InputException("unknown mistake: " + name + "; did you mean " + Names.nearest(name, names)
                + "? 'tutti explain --list' names all");
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
            if (request.letters().equals(Optional.of(Letters.LECTURE))) {
                throw new InputException("--notation lecture: " + request.name()
                        + " is no exercise of a lecture; leave it out: Tutti's letters are used");
            }
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
        for (Topic topic : Topic.all()) {
            if (topic.name().equals(request.name())) {
                requireNoStep(topic, request);
                return withSources(topic.maker().apply(request.sources()), request);
            }
        }
        Exercise exercise = Exercises.named(request.name());
        Problem problem = exercise.problem();
        if (!request.rows().isEmpty()) {
            problem = problem.with(chosen(problem, request.rows()));
        }
        boolean tutti = request.letters().equals(Optional.of(Letters.TUTTI));
        boolean whole = exercise.wholeBatch() || !request.rows().isEmpty();
        return step(problem, tutti ? Notation.TUTTI : exercise.notation(), whole, request);
    }

    private static void requireNoStep(Topic topic, Request request) {
        if (request.letters().isPresent()) {
            throw new InputException("--notation: " + topic.name() + " has letters of its own; leave it out");
        }
        if (request.sources() && !topic.hasSources()) {
            throw new InputException("--source: " + topic.name() + " shows no formula of the kernel; leave it out, or"
                    + " try: tutti explain xor --source");
        }
        if (request.isAboutAStep()) {
            throw new InputException(
                    request.name() + " is not one step of a network; --rows and --distributed are for those, such as:"
                            + " tutti explain xor --distributed 3");
        }
    }

    /**
     * A step cut among workers, as values for JSON.
     *
     * @param problem what it is computed of
     * @param workers number of workers
     * @param killed number of the one that is killed, from 1; 0: none
     * @throws InputException if there is no work for so many, or no such worker
     */
    public static Map<String, Object> shared(Problem problem, int workers, int killed) {
        return step(
                        problem,
                        Notation.TUTTI,
                        true,
                        new Request(
                                problem.name(),
                                List.of(),
                                Optional.empty(),
                                workers,
                                killed,
                                false,
                                Map.of(),
                                Optional.empty()))
                .values();
    }

    /** Explains one step, by itself or cut among workers. */
    static Explanation step(Problem problem, Notation notation, boolean whole, Request request) {
        requireWork(problem.samples().size(), request);
        Step step = Step.of(problem);
        if (request.workers() == 0) {
            return withSources(
                    new Explanation(StepPage.of(step, notation, whole, request.sources()), StepJson.of(step)), request);
        }
        SharedStep shared = SharedStep.of(step, request.workers(), request.killed());
        Map<String, Object> values = StepJson.of(step);
        values.put("distributed", SharedStepPage.json(shared));
        return withSources(new Explanation(SharedStepPage.of(shared, notation, request.sources()), values), request);
    }

    private static Explanation withSources(Explanation explanation, Request request) {
        return request.sources() ? Sources.added(explanation) : explanation;
    }

    private static void requireWork(int segments, Request request) {
        if (request.workers() > segments) {
            throw new InputException("--distributed " + request.workers() + ": the batch has " + segments
                    + (segments == 1 ? " segment" : " segments") + ", so some workers would have no work; give "
                    + (segments == 1 ? "1, or more --rows" : "1 to " + segments));
        }
        if (request.killed() > request.workers()) {
            throw new InputException(
                    "--kill " + request.killed() + ": there is no such worker; give 1 to " + request.workers());
        }
        if (request.killed() > 0 && request.workers() == 1) {
            throw new InputException(
                    "--kill: the only worker would be killed, and nobody would be left; give --distributed 2 or more");
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
