package dev.tutti.protocol;

/** Whatever goes between processes on the control plane, as Jackson CBOR: small, and never vectors. */
public interface ControlMessage {}
