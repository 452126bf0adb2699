package dev.tutti.app.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ReadingViewTest {
    private static final long SECOND = 1_000_000_000L;

    private final StringWriter out = new StringWriter();
    private long nowNs = 7;

    @Test
    void shouldTellOfLargeFilesFromTimeToTime() {
        ReadingView view = new ReadingView(new PrintWriter(out, true), false, () -> nowNs);
        view.read("big.csv", 10_000_000, 300_000_000);
        nowNs += 2 * SECOND;
        view.read("big.csv", 60_000_000, 300_000_000);
        nowNs += 3 * SECOND;
        view.read("big.csv", 150_000_000, 300_000_000);
        nowNs += 8 * SECOND;
        view.read("big.csv", 290_000_000, 300_000_000);
        view.read("big.csv", 300_000_000, 300_000_000);

        assertThat(out.toString().lines())
                .containsExactly("reading big.csv: 20 %, 30 MB/s", "reading big.csv: 96 %, 22 MB/s");
    }

    @Test
    void shouldClearItsLineOnATerminal() {
        ReadingView view = new ReadingView(new PrintWriter(out, true), true, () -> nowNs);
        nowNs += 2 * SECOND;
        view.read("big.csv", 60_000_000, 300_000_000);
        view.read("big.csv", 300_000_000, 300_000_000);

        assertThat(out.toString()).isEqualTo("\r\u001b[Kreading big.csv: 20 %, 30 MB/s\r\u001b[K");
    }

    @Test
    void shouldNotSpeakOfSmallFiles() {
        ReadingView view = new ReadingView(new PrintWriter(out, true), true, () -> nowNs);
        view.read("small.csv", 10, 20);
        view.read("small.csv", 20, 20);

        assertThat(out.toString()).isEmpty();
    }
}
