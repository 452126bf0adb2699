package dev.tutti.app.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What people see of a long count, by a clock that is set. */
class CountingViewTest {
    private static final long SECOND_NS = 1_000_000_000L;

    private final StringWriter text = new StringWriter();
    private final AtomicLong now = new AtomicLong(-SECOND_NS);

    private String shown(boolean live, int seconds) {
        CountingView view = new CountingView(new PrintWriter(text), live, now::get, "columns");
        for (int done = 0; done <= seconds; done++) {
            view.done(done, seconds);
            now.addAndGet(SECOND_NS);
        }
        return text.toString();
    }

    @Test
    void shouldSayNothingOfWhatIsDoneSoon() {
        assertThat(shown(true, 2)).isEmpty();
    }

    @Test
    void shouldSayALineFromTimeToTime() {
        assertThat(shown(false, 20).lines()).containsExactly("columns: 2 of 20", "columns: 12 of 20");
    }

    @Test
    void shouldKeepToOneLineOfATerminalAndClearIt() {
        assertThat(shown(true, 4)).isEqualTo("\r\u001b[Kcolumns: 2 of 4\r\u001b[Kcolumns: 3 of 4\r\u001b[K");
    }
}
