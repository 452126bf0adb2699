/**
 * Streams of frames over TCP, for large vectors between machines: the same frames and checks as over Aeron, without a
 * thread, a driver or a datagram between them and the kernel.
 */
package dev.tutti.transport.tcp;
