package dev.tutti.app.console;

import java.io.PrintWriter;
import java.util.function.LongSupplier;

/**
 * Shows how many of many things are done: on a terminal in one line, which is cleared at the end, else in a line from time to time.
 * What takes less than two seconds is not worth a word.
 */
public final class CountingView {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final String CLEAR = "\r\u001b[K";

    private final PrintWriter people;
    private final boolean live;
    private final LongSupplier clockNs;
    private final String what;
    private long next;
    private boolean shown;

    /**
     * @param people where it is shown
     * @param live whether that is a terminal
     * @param clockNs a clock that does not jump, in nanoseconds
     * @param what is counted, such as {@code importance of the columns}
     */
    public CountingView(PrintWriter people, boolean live, LongSupplier clockNs, String what) {
        this.people = people;
        this.live = live;
        this.clockNs = clockNs;
        this.what = what;
        this.next = clockNs.getAsLong() + 2 * SECOND_NS;
    }

    /** Takes note of how many are done. */
    public void done(int done, int of) {
        if (done >= of) {
            if (shown && live) {
                people.print(CLEAR);
                people.flush();
            }
            return;
        }
        long now = clockNs.getAsLong();
        if (now - next < 0) {
            return;
        }
        next = now + (live ? SECOND_NS / 5 : 10 * SECOND_NS);
        String line = what + ": " + done + " of " + of;
        people.print(live ? CLEAR + line : line + System.lineSeparator());
        people.flush();
        shown = true;
    }
}
