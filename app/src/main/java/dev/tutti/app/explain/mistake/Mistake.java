package dev.tutti.app.explain.mistake;

import dev.tutti.app.explain.page.Block;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A mistake that people make.
 *
 * @param name on the command line
 * @param thought what they think
 * @param truth what is the case
 * @param seen where it was made in earnest: projects and the numbers of their issues; empty if it is a matter of the blackboard
 * @param experiment makes the numbers
 */
public record Mistake(String name, String thought, String truth, String seen, Supplier<Experiment> experiment) {
    /**
     * Numbers of an experiment.
     *
     * @param blocks for people
     * @param values for programs
     */
    public record Experiment(List<Block> blocks, Map<String, Object> values) {}
}
