package dev.tutti.planted.worker.transport;

import dev.tutti.planted.worker.compute.SeesTransport;

/** The other half. */
public record SeesCompute(SeesTransport other) {}
