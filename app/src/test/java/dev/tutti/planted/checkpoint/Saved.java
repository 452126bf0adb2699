package dev.tutti.planted.checkpoint;

/** Something to be seen from below. */
public record Saved() {}
