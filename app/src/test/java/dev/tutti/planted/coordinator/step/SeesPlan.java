package dev.tutti.planted.coordinator.step;

import dev.tutti.planted.coordinator.plan.SeesStep;

/** The other half. */
public record SeesPlan(SeesStep other) {}
