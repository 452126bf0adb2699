package dev.tutti.checkpoint;

import dev.tutti.files.FileOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Lets one call fail, as a full disk or a crash would: a write then gets half of its bytes down. */
final class FailingFiles implements FileOperations {
    private final boolean fromThenOn;
    private int callsLeft;
    private boolean failed;

    /**
     * @param callsBefore number of calls that succeed
     * @param fromThenOn whether all later calls fail, too
     */
    FailingFiles(int callsBefore, boolean fromThenOn) {
        this.callsLeft = callsBefore;
        this.fromThenOn = fromThenOn;
    }

    boolean hasFailed() {
        return failed;
    }

    private boolean fails() {
        boolean fails = callsLeft == 0 || (fromThenOn && callsLeft < 0);
        callsLeft--;
        failed |= fails;
        return fails;
    }

    private void check() throws IOException {
        if (fails()) {
            throw new IOException("No space left on device");
        }
    }

    @Override
    public OutputFile create(Path file) throws IOException {
        check();
        OutputFile real = SYSTEM.create(file);
        return new OutputFile() {
            @Override
            public int write(ByteBuffer bytes) throws IOException {
                if (fails()) {
                    real.write(bytes.slice(bytes.position(), bytes.remaining() / 2));
                    throw new IOException("No space left on device");
                }
                return real.write(bytes);
            }

            @Override
            public void force() throws IOException {
                check();
                real.force();
            }

            @Override
            public boolean isOpen() {
                return real.isOpen();
            }

            @Override
            public void close() throws IOException {
                real.close();
            }
        };
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        check();
        SYSTEM.rename(from, to);
    }

    @Override
    public void link(Path link, Path existing) throws IOException {
        check();
        SYSTEM.link(link, existing);
    }

    @Override
    public void delete(Path file) throws IOException {
        check();
        SYSTEM.delete(file);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        check();
        FileOperations.super.createDirectories(directory);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        check();
        SYSTEM.forceDirectory(directory);
    }
}
