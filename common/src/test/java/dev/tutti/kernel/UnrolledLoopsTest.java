package dev.tutti.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The files that a program writes are what it writes: a change belongs into {@link UnrolledLoops}. */
class UnrolledLoopsTest {
    private static final Path SOURCES = Path.of("src", "main", "java", "dev", "tutti", "kernel");

    @Test
    void shouldBeTheTilesThatTheProgramWrites() throws IOException {
        assertThat(Files.readString(SOURCES.resolve("VectorTiles.java"))).isEqualTo(UnrolledLoops.tiles());
    }

    @Test
    void shouldBeTheTranspositionThatTheProgramWrites() throws IOException {
        assertThat(Files.readString(SOURCES.resolve("VectorTransposition.java")))
                .isEqualTo(UnrolledLoops.transposition());
    }
}
