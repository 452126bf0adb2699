package dev.tutti.planted.worker;

import java.time.Instant;

/** A deadline by a clock that may jump. */
public record LooksAtTheWall(Instant deadline) {
    /** Returns one that is over at once. */
    public static LooksAtTheWall now() {
        return new LooksAtTheWall(Instant.now());
    }
}
