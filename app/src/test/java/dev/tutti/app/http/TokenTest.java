package dev.tutti.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.files.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenTest {
    @TempDir
    Path folder;

    @Test
    void shouldBeMadeOnceForItsOwnerAlone() throws IOException {
        Path file = folder.resolve("token");
        Token.in(file);
        String text = Files.readString(file).strip();

        assertThat(text).matches("[0-9a-f]{64}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Token.in(file).matches(text)).isTrue();
        assertThat(Token.in(file).matches(text + "0")).isFalse();
        assertThat(Token.in(file).matches("")).isFalse();
        assertThat(folder.toFile().list()).containsExactly("token");
    }

    @Test
    void shouldBeRefusedWhereOthersCouldReadIt() throws IOException {
        Path file = folder.resolve("token");
        Token.in(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        assertThatThrownBy(() -> Token.in(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("rw-r-----")
                .hasMessageContaining("chmod 600");
    }

    @Test
    void shouldBeRefusedWhereThereIsNone() throws IOException {
        Path file = folder.resolve("token");
        Token.in(file);
        Files.writeString(file, "\n");

        assertThatThrownBy(() -> Token.in(file)).hasMessageContaining("no token");
    }
}
