package dev.tutti.app;

import dev.tutti.config.Environment;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The standard streams of this process. */
final class Terminal {
    private Terminal() {}

    /**
     * The launcher filters what the virtual machine says on standard error at its start (that it uses an incubating module); our own
     * lines go past the filter to the stream it was made from.
     */
    static void useRealStandardError() {
        Optional<String> file = Environment.standardError();
        if (file.isPresent()) {
            try {
                System.setErr(new PrintStream(new FileOutputStream(file.get(), true), true, StandardCharsets.UTF_8));
            } catch (IOException e) {
                // The stream cannot be opened a second time (a socket, or another user's): the filtered one will do.
                return;
            }
        }
    }
}
