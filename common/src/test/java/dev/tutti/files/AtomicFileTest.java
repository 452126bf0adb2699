package dev.tutti.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    private Path directory;

    @Test
    void shouldSayThatTheDirectoryIsNotOnTheDisk() {
        Path file = directory.resolve("a");
        FileOperations files = new FileOperations() {
            @Override
            public void forceDirectory(Path place) throws IOException {
                throw new IOException("Input/output error");
            }
        };

        assertThatThrownBy(() -> AtomicFile.write(files, file, channel -> channel.write(ByteBuffer.wrap(new byte[3]))))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + ": cannot be written: IOException: Input/output error");
        assertThat(directory.toFile().list()).containsExactly("a");
    }

    @Test
    void shouldFailWhereADirectoryCannotBeForced() {
        assertThatThrownBy(() -> FileOperations.SYSTEM.forceDirectory(directory.resolve("none")))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void shouldMakeAllDirectoriesThatAreMissing() throws IOException {
        Path deep = directory.resolve("a/b/c");

        FileOperations.SYSTEM.createDirectories(deep);
        FileOperations.SYSTEM.createDirectories(deep);

        assertThat(Files.isDirectory(deep)).isTrue();
    }
}
