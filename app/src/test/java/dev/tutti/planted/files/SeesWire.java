package dev.tutti.planted.files;

import dev.tutti.planted.wire.Frame;

/** The package below all that sees another. */
public record SeesWire(Frame frame) {}
