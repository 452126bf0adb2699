package dev.tutti.app.explain.topic;

import dev.tutti.app.explain.page.Page;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Something to explain that is not one step of a network.
 *
 * @param name on the command line
 * @param title one line
 * @param page what people read
 * @param values the same for programs
 */
public record Topic(String name, String title, Supplier<Page> page, Supplier<Map<String, Object>> values) {
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
