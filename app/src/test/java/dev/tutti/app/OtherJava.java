package dev.tutti.app;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Another Java than the one that runs the tests: from {@code TUTTI_TEST_JAVA_HOME}, else the first found in the usual places. */
final class OtherJava {
    private static final Pattern VERSION = Pattern.compile("(?m)^JAVA_VERSION=\"(\\d+)");
    private static final int OLDEST = 17;

    private OtherJava() {}

    /** Its home; the test is skipped, and says why, where there is none. */
    static Path home() {
        Optional<Path> found = homes().filter(OtherJava::isAnother).findFirst();
        assumeTrue(
                found.isPresent(),
                "only Java " + Runtime.version().feature() + " is here; name another with TUTTI_TEST_JAVA_HOME");
        return found.get();
    }

    private static Stream<Path> homes() {
        String given = System.getenv("TUTTI_TEST_JAVA_HOME");
        if (given != null && !given.isEmpty()) {
            return Stream.of(Path.of(given));
        }
        Path beside = Path.of(System.getProperty("java.home")).getParent();
        return Stream.of(
                        beside,
                        Path.of("/usr/lib/jvm"),
                        Path.of("/opt/java"),
                        Path.of("/Library/Java/JavaVirtualMachines"))
                .filter(Files::isDirectory)
                .flatMap(OtherJava::entries)
                .flatMap(home -> Stream.of(home, home.resolve("Contents/Home")));
    }

    private static Stream<Path> entries(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isAnother(Path home) {
        Path release = home.resolve("release");
        if (!Files.isExecutable(home.resolve("bin/java")) || !Files.isReadable(release)) {
            return false;
        }
        try {
            Matcher version = VERSION.matcher(Files.readString(release));
            int feature = version.find() ? Integer.parseInt(version.group(1)) : 0;
            return feature >= OLDEST && feature != Runtime.version().feature();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
