package dev.tutti.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The JVM says nothing about a flag for methods that there are not: so the flags are held to the classes here. */
class CompileCommandTest {
    private static final Path CHECKOUT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern FLAG = Pattern.compile("CompileCommand=dontinline,([\\w.]+)::([\\w*]+)");
    private static final String SUFFIX = "Loop";

    @Test
    void shouldKeepTheLoopsOfTheKernelApart() throws Exception {
        assertThat(flags(CHECKOUT.resolve("tutti"))).containsExactlyInAnyOrderElementsOf(expectedFlags());
    }

    @Test
    void shouldDoTheSameInBenchmarks() throws Exception {
        Path benchmarks = CHECKOUT.resolve("benchmarks/src/main/java/dev/tutti/kernel");
        for (String name : List.of("PartsBenchmark.java", "StepBenchmark.java")) {
            assertThat(flags(benchmarks.resolve(name))).as(name).containsExactlyInAnyOrderElementsOf(expectedFlags());
        }
    }

    /** One flag for each class that has methods which are named so, as docs/kernel.md says. */
    private static List<String> expectedFlags() throws IOException, ClassNotFoundException {
        List<String> flags = new ArrayList<>();
        Path sources = CHECKOUT.resolve("common/src/main/java/dev/tutti/kernel");
        try (Stream<Path> files = Files.list(sources)) {
            for (Path file : files.filter(one -> one.getFileName().toString().startsWith("Vector"))
                    .toList()) {
                String name =
                        "dev.tutti.kernel." + file.getFileName().toString().replace(".java", "");
                boolean hasLoops = Arrays.stream(Class.forName(name).getDeclaredMethods())
                        .map(Method::getName)
                        .anyMatch(method -> method.endsWith(SUFFIX));
                if (hasLoops) {
                    flags.add(name + "::*" + SUFFIX);
                }
            }
        }
        assertThat(flags).isNotEmpty();
        return flags;
    }

    private static List<String> flags(Path file) throws IOException {
        List<String> flags = new ArrayList<>();
        Matcher flag = FLAG.matcher(Files.readString(file));
        while (flag.find()) {
            flags.add(flag.group(1) + "::" + flag.group(2));
        }
        return flags;
    }
}
