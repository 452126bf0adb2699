package dev.tutti.planted.kernel;

import jdk.incubator.vector.FloatVector;

/** The second of two users of the Vector API. */
public record MoreLanes(FloatVector lanes) {}
