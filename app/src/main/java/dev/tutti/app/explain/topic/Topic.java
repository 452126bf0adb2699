package dev.tutti.app.explain.topic;

import dev.tutti.app.explain.page.Explanation;
import java.util.List;
import java.util.function.Function;

/**
 * Something to explain that is not one step of a network.
 *
 * @param name on the command line
 * @param title one line
 * @param hasSources whether it has formulas that are computed by methods of the kernel
 * @param maker computes it; formulas name these methods if the argument is true
 */
public record Topic(String name, String title, boolean hasSources, Function<Boolean, Explanation> maker) {
    /** All of them. */
    public static List<Topic> all() {
        return List.of(
                MatrixForm.twoLayer(),
                MatrixForm.manyLayers(),
                LeastSquares.topic(),
                Symmetry.topic(),
                GraphPage.topic(),
                XorThreshold.topic());
    }
}
