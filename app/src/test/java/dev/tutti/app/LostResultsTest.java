package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.app.console.ResultStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Standard output that cannot be written: a full disk is told of, a reader that has seen enough is not. */
class LostResultsTest {
    private final StringWriter err = new StringWriter();

    @Test
    void shouldNotEndWellWhenResultsAreLost() {
        assertThat(runWithOutputThatFails("No space left on device")).isEqualTo(2);
        assertThat(err.toString())
                .startsWith("tutti: standard output cannot be written: No space left on device; ")
                .hasLineCount(1);
    }

    @Test
    void shouldBeQuietWhenTheReaderHasSeenEnough() {
        assertThat(runWithOutputThatFails("Broken pipe")).isZero();
        assertThat(err.toString()).isEmpty();
    }

    private int runWithOutputThatFails(String reason) {
        OutputStream failing = new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw new IOException(reason);
            }
        };
        CommandLine tutti = Tutti.commandLine();
        tutti.setErr(new PrintWriter(err, true));
        return Tutti.run(tutti, new ResultStream(failing), "version");
    }
}
