package dev.tutti.planted.wire;

import io.aeron.Publication;

/** Aeron outside of the transports. */
public record Frame(Publication publication) {}
