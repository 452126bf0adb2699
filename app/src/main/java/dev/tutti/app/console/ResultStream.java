package dev.tutti.app.console;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/**
 * Standard output, which remembers the first error: the printers above swallow it, and a command whose results are lost must not end
 * as if all were well.
 */
public final class ResultStream extends OutputStream {
    private final OutputStream out;
    private volatile String problem;

    /** @param out where all goes */
    public ResultStream(OutputStream out) {
        this.out = out;
    }

    /** The standard output of this process, without the buffer that {@link System#out} has. */
    public static ResultStream standard() {
        return new ResultStream(new FileOutputStream(FileDescriptor.out));
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            remember(e);
            throw e;
        }
    }

    @Override
    public void flush() throws IOException {
        try {
            out.flush();
        } catch (IOException e) {
            remember(e);
            throw e;
        }
    }

    private void remember(IOException e) {
        if (problem == null) {
            problem = e.getMessage() == null ? e.toString() : e.getMessage();
        }
    }

    /** Why something was not written; empty if all was, or the reader did not want more, as {@code head}. */
    public Optional<String> problem() {
        return Optional.ofNullable(problem).filter(text -> !text.equals("Broken pipe"));
    }
}
