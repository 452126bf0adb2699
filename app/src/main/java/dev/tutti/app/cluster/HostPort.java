package dev.tutti.app.cluster;

/**
 * A TCP address.
 *
 * @param host name or IP address
 * @param port 0 for any
 */
public record HostPort(String host, int port) {
    @Override
    public String toString() {
        return host + ":" + port;
    }
}
