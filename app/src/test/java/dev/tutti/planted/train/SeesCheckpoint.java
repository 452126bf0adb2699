package dev.tutti.planted.train;

import dev.tutti.planted.checkpoint.Saved;

/** A core package that sees one above it. */
public record SeesCheckpoint(Saved saved) {}
