package dev.tutti.app.explain.exercise;

import dev.tutti.app.explain.step.Notation;
import dev.tutti.app.explain.step.Problem;

/**
 * A network with samples to compute by hand.
 *
 * @param problem what is computed
 * @param notation the lecture's letters
 * @param wholeBatch whether all its samples are the exercise, or the first, and the others are for mini-batches
 */
public record Exercise(Problem problem, Notation notation, boolean wholeBatch) {
    /** Its name on the command line. */
    public String name() {
        return problem.name();
    }
}
