package dev.tutti.planted.kernel;

import jdk.incubator.vector.FloatVector;

/** A user of the Vector API in the right package, without the name. */
public record Lanes(FloatVector lanes) {}
