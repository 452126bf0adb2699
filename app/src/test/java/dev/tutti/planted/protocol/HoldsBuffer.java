package dev.tutti.planted.protocol;

import org.agrona.DirectBuffer;

/** Agrona in a message. */
public record HoldsBuffer(DirectBuffer buffer) {}
