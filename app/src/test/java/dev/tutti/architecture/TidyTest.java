package dev.tutti.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Rules of style that no compiler knows, for all files of the project. */
class TidyTest {
    private static final Path CHECKOUT = Path.of("").toAbsolutePath().getParent();
    private static final Path MAIN_SOURCES = Path.of("src", "main", "java");
    private static final List<String> OURS = List.of(
            ".ci",
            ".dockerignore",
            "CHANGELOG.md",
            "CONTRIBUTING.md",
            "Dockerfile",
            "NOTICE",
            "README.md",
            "app",
            "benchmarks",
            "common",
            "coordinator",
            "deploy",
            "docker-compose.yml",
            "docs",
            "examples",
            "pom.xml",
            "tutti",
            "worker");
    private static final int WIDTH = 120;
    private static final String BUILD_OUTPUT = "target";

    /** Written so that this file does not match. */
    private static final Pattern PATH_OF_A_MACHINE = Pattern.compile("(?<![\\w$}~.)-])/(?:work|home|root|Users)[/]\\w");

    private static final Pattern PACKAGE_REGISTRY =
            Pattern.compile("(?i)repo1?[.]maven|artifactor[y]|jfro[g]|nexus[.:/-]|docker[.]io/|\\bregistry[.-]\\w+[.]");
    private static final Pattern TOP_LEVEL_TYPE = Pattern.compile(
            "(?m)^(?:(?:public|final|abstract|sealed|non-sealed) )*(?:class|record|interface|enum|@interface) ");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:\\s]+)(?:#[^)]*)?\\)");

    @Test
    void shouldNotNamePathsOfAMachine() throws IOException {
        assertThat(matches(PATH_OF_A_MACHINE)).isEmpty();
    }

    @Test
    void shouldNotNamePackageRegistries() throws IOException {
        assertThat(matches(PACKAGE_REGISTRY)).isEmpty();
    }

    @Test
    void shouldDescribeEveryPackage() throws IOException {
        Set<Path> packages = new TreeSet<>();
        mainSources().forEach(file -> packages.add(file.getParent()));

        assertThat(packages)
                .isNotEmpty()
                .allSatisfy(directory ->
                        assertThat(directory.resolve("package-info.java")).isRegularFile());
    }

    @Test
    void shouldDescribeEveryType() throws IOException {
        List<Path> silent = new ArrayList<>();
        for (Path file : mainSources()) {
            String text = Files.readString(file);
            Matcher type = TOP_LEVEL_TYPE.matcher(text);
            if (type.find() && !text.substring(0, type.start()).contains("/**")) {
                silent.add(file);
            }
        }

        assertThat(silent).isEmpty();
    }

    @Test
    void shouldLinkToWhatIsThere() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path file : files()) {
            if (file.toString().endsWith(".md")) {
                Matcher link = LINK.matcher(Files.readString(file));
                while (link.find()) {
                    if (!Files.exists(file.resolveSibling(link.group(1)))) {
                        broken.add(CHECKOUT.relativize(file) + ": " + link.group(1));
                    }
                }
            }
        }

        assertThat(broken).isEmpty();
    }

    /** A table's row and a line of code cannot be folded. */
    @Test
    void shouldWriteLinesThatFitAScreen() throws IOException {
        List<String> wide = new ArrayList<>();
        for (Path file : files()) {
            if (file.toString().endsWith(".md")) {
                boolean code = false;
                for (String line : Files.readAllLines(file)) {
                    code ^= line.startsWith("```");
                    if (!code && !line.startsWith("|") && line.length() > WIDTH) {
                        wide.add(CHECKOUT.relativize(file) + ": " + line);
                    }
                }
            }
        }

        assertThat(wide).isEmpty();
    }

    @Test
    void shouldFindWhatItLooksFor() {
        assertThat(PATH_OF_A_MACHINE.matcher("in /" + "home/me").find()).isTrue();
        assertThat(PATH_OF_A_MACHINE.matcher("\"$HOME\"/" + "home/me").find()).isTrue();
        assertThat(PACKAGE_REGISTRY.matcher("https://registry" + ".npmjs.org").find())
                .isTrue();
        assertThat(TOP_LEVEL_TYPE
                        .matcher("package a;\n\npublic final class A {}\n")
                        .find())
                .isTrue();
        assertThat(LINK.matcher("see [a](docs/a.md#b)").find()).isTrue();
    }

    private static List<String> matches(Pattern pattern) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : files()) {
            List<String> lines = linesOf(file);
            for (int line = 0; line < lines.size(); line++) {
                if (pattern.matcher(lines.get(line)).find()) {
                    found.add(CHECKOUT.relativize(file) + ":" + (line + 1) + ": "
                            + lines.get(line).strip());
                }
            }
        }
        return found;
    }

    /** The lines of a text; none of a file that is not one. */
    private static List<String> linesOf(Path file) throws IOException {
        try {
            return Files.readAllLines(file);
        } catch (CharacterCodingException e) {
            return List.of();
        }
    }

    private static List<Path> mainSources() throws IOException {
        return files().stream()
                .filter(file -> file.toString().endsWith(".java"))
                .filter(file -> CHECKOUT.relativize(file).toString().contains(MAIN_SOURCES.toString()))
                .toList();
    }

    private static List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (String name : OURS) {
            Files.walkFileTree(CHECKOUT.resolve(name), new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                    return directory.endsWith(BUILD_OUTPUT) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    files.add(file);
                    return FileVisitResult.CONTINUE;
                }
            });
        }
        return files;
    }
}
