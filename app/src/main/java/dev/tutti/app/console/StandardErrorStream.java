package dev.tutti.app.console;

import java.io.OutputStream;

/** Whatever {@link System#err} is at the moment; never closes it. */
final class StandardErrorStream extends OutputStream {
    @Override
    public void write(int value) {
        System.err.write(value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        System.err.write(bytes, offset, length);
    }

    @Override
    public void flush() {
        System.err.flush();
    }
}
