package dev.tutti.app.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Watches a file that grows with every epoch, and remembers the longest time it did not. */
final class Gaps {
    private final Path file;
    private long size;
    private long grewAtNs;
    private long longestNs;

    Gaps(Path file) {
        this.file = file;
        this.size = sizeOf(file);
        this.grewAtNs = System.nanoTime();
    }

    /** Looks at the file; often. */
    void look() {
        long nowNs = System.nanoTime();
        longestNs = Math.max(longestNs, nowNs - grewAtNs);
        long now = sizeOf(file);
        // A resumed run first takes lines back that it will write again.
        if (now > size) {
            grewAtNs = nowNs;
        }
        size = now;
    }

    /** How long ago the file was seen to grow. */
    double secondsSinceGrowth() {
        return (System.nanoTime() - grewAtNs) / 1e9;
    }

    /** The longest time without growth since the last call, in seconds. */
    double takeLongest() {
        double seconds = longestNs / 1e9;
        longestNs = 0;
        return seconds;
    }

    private static long sizeOf(Path file) {
        try {
            return Files.exists(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
