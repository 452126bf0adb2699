package dev.tutti.app.http;

import dev.tutti.config.ServiceSettings;
import dev.tutti.files.InputException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where clients come in, and what for: what they send and are sent must not be read by others on its way.
 *
 * @param host address or name of this machine
 * @param port 0 for any that is free
 * @param tls certificate and key; absent where no TLS is spoken
 */
record Entrance(String host, int port, Optional<Pem> tls) {
    /**
     * Makes one of settings.
     *
     * @throws InputException if others could reach the address and what they send would not be encrypted, or a file cannot be used
     */
    static Entrance of(ServiceSettings.Http http) {
        String host = http.address().host();
        if (http.tls().isEmpty() && !http.unencrypted()) {
            requireLoopback(host);
        }
        return new Entrance(
                host,
                http.address().port(),
                http.tls().map(files -> Pem.read(files.certificate(), files.key(), Instant.now())));
    }

    private static void requireLoopback(String host) {
        try {
            if (!InetAddress.getByName(host).isLoopbackAddress()) {
                throw new InputException("--http: " + host + ": other machines could reach it, and what they send would"
                        + " not be encrypted; give --tls-cert FILE and --tls-key FILE, or an address of this machine"
                        + " alone, such as 127.0.0.1");
            }
        } catch (UnknownHostException e) {
            throw new InputException("--http: unknown host: \"" + host + "\"; give an address such as 127.0.0.1", e);
        }
    }

    /** How addresses begin. */
    String scheme() {
        return tls.isPresent() ? "https" : "http";
    }

    /** Names and addresses by which this service is called, in lower case, IPv6 in brackets. */
    Set<String> hosts() {
        Set<String> hosts = new TreeSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));
        hosts.add((host.indexOf(':') >= 0 ? "[" + host + "]" : host).toLowerCase(Locale.ROOT));
        tls.ifPresent(pem -> hosts.addAll(pem.hosts()));
        return hosts;
    }
}
