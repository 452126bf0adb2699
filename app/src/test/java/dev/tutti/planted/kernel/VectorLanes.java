package dev.tutti.planted.kernel;

import jdk.incubator.vector.FloatVector;

/** The only one that may use the Vector API. */
public record VectorLanes(FloatVector lanes) {}
