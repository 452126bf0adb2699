package dev.tutti.config;

import dev.tutti.files.InputException;

/**
 * An address on the network.
 *
 * @param host name or address
 * @param port 1 to 65535
 */
public record Endpoint(String host, int port) {
    /** Port of the coordinator, where none is given. */
    public static final int DEFAULT_PORT = 25520;

    private static final String ALLOWED = "HOST:PORT with a port from 1 to 65535, such as 127.0.0.1:" + DEFAULT_PORT;

    /** @throws InputException if the host is empty or the port out of range */
    public Endpoint {
        if (host.isBlank() || port < 1 || port > 65_535) {
            throw new InputException("address out of range: " + host + ":" + port + ", allowed: " + ALLOWED);
        }
    }

    /** The usual port, for this machine alone. */
    public static Endpoint local() {
        return new Endpoint("127.0.0.1", DEFAULT_PORT);
    }

    /**
     * Reads {@code HOST:PORT}; an IPv6 address stands in brackets.
     *
     * @throws InputException if it is not that
     */
    public static Endpoint parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw new InputException("not an address: \"" + text + "\", allowed: " + ALLOWED);
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        try {
            return new Endpoint(host, Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new InputException("not an address: \"" + text + "\", allowed: " + ALLOWED, e);
        }
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
