package dev.tutti.planted.data;

import dev.tutti.planted.wire.Frame;

/** A core package that sees more than the core. */
public record SeesWire(Frame frame) {}
