package dev.tutti.planted.data;

import jdk.incubator.vector.FloatVector;

/** A user of the Vector API with the name, in the wrong package. */
public record VectorData(FloatVector lanes) {}
