package dev.tutti.planted.model;

import dev.tutti.planted.data.SeesWire;

/** The model that sees the data. */
public record SeesData(SeesWire data) {}
