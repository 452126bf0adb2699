package dev.tutti.planted.worker.compute;

import dev.tutti.planted.worker.transport.SeesCompute;

/** One half of a circle. */
public record SeesTransport(SeesCompute other) {}
