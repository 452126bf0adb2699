package dev.tutti.app.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.app.explain.step.Methods;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The sources shown are those of the checkout, and the methods are where it says. */
class SourcesTest {
    static List<String> methods() {
        return Methods.ALL;
    }

    @ParameterizedTest
    @MethodSource("methods")
    void shouldShowTheMethodThatIsThere(String name) throws IOException {
        Sources.Method method = Sources.method(name);
        String module = name.startsWith("WorkSplit") ? "coordinator" : "common";
        List<String> lines =
                Files.readAllLines(Path.of("..", module, "src", "main", "java").resolve(method.file()));

        for (int i = 0; i < method.lines().size(); i++) {
            assertThat(lines.get(method.firstLine() - 1 + i).strip())
                    .isEqualTo(method.lines().get(i).strip());
        }
        assertThat(method.lines().get(0)).contains(name.substring(name.indexOf('.') + 1) + "(");
    }

    @Test
    void shouldTakeTheForwardPassThatDoesTheWork() {
        assertThat(Sources.method("ScalarKernel.forward").lines())
                .anyMatch(line -> line.contains("Math.fma(parameters[weights + j * inputs + i]"));
    }
}
