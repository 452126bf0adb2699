package dev.tutti.app.console;

import java.io.Writer;
import java.util.function.Consumer;

/** Hands on whole lines. For one thread at a time. */
public final class LineWriter extends Writer {
    private final Consumer<String> lines;
    private final StringBuilder begun = new StringBuilder();

    /** @param lines told each whole line */
    public LineWriter(Consumer<String> lines) {
        this.lines = lines;
    }

    @Override
    public void write(char[] text, int from, int count) {
        for (int i = from; i < from + count; i++) {
            if (text[i] == '\n') {
                lines.accept(begun.toString());
                begun.setLength(0);
            } else {
                begun.append(text[i]);
            }
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
