package dev.tutti.transport.tcp;

import dev.tutti.config.Endpoint;

/**
 * Whom to connect to.
 *
 * @param member its number in the generation, or {@link TcpLinks#COORDINATOR}
 * @param endpoint where its {@link TcpLinks} listen
 */
public record TcpPeer(int member, Endpoint endpoint) {}
