package dev.tutti.planted.coordinator.actor;

import dev.tutti.planted.worker.ParsesOptions;

/** A coordinator that sees a worker. */
public record SeesWorker(ParsesOptions worker) {}
