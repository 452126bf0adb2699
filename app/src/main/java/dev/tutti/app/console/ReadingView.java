package dev.tutti.app.console;

import dev.tutti.data.ReadProgress;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Shows how much of a large file has been read: on a terminal in one line, which is cleared at the end, else in a line from time to
 * time. What is read in less than a second is not worth a word.
 */
public final class ReadingView implements ReadProgress {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long LIVE_PAUSE_NS = SECOND_NS / 5;
    private static final long PLAIN_PAUSE_NS = 10 * SECOND_NS;
    private static final String CLEAR = "\r\u001b[K";

    private final PrintWriter people;
    private final boolean live;
    private final LongSupplier clockNs;
    private final long begin;
    private long next;
    private boolean shown;

    /**
     * @param people where it is shown
     * @param live whether that is a terminal
     * @param clockNs a clock that does not jump, in nanoseconds
     */
    public ReadingView(PrintWriter people, boolean live, LongSupplier clockNs) {
        this.people = people;
        this.live = live;
        this.clockNs = clockNs;
        this.begin = clockNs.getAsLong();
        this.next = begin + SECOND_NS;
    }

    @Override
    public void read(String source, long bytes, long of) {
        long now = clockNs.getAsLong();
        if (bytes < of && now - next < 0) {
            return;
        }
        next = now + (live ? LIVE_PAUSE_NS : PLAIN_PAUSE_NS);
        if (bytes >= of) {
            if (shown && live) {
                people.print(CLEAR);
                people.flush();
            }
            return;
        }
        double seconds = (now - begin) / 1e9;
        String line = String.format(
                Locale.ROOT, "reading %s: %d %%, %.0f MB/s", source, 100 * bytes / of, bytes / 1e6 / seconds);
        people.print(live ? CLEAR + line : line + System.lineSeparator());
        people.flush();
        shown = true;
    }
}
