package dev.tutti.planted.coordinator.plan;

import dev.tutti.planted.coordinator.step.SeesPlan;

/** One half of a circle. */
public record SeesStep(SeesPlan other) {}
