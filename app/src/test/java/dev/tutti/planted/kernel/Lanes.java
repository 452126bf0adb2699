package dev.tutti.planted.kernel;

import jdk.incubator.vector.FloatVector;

/** The first of two users of the Vector API. */
public record Lanes(FloatVector lanes) {}
