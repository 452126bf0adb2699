package dev.tutti.app.http;

import dev.tutti.config.Endpoint;
import dev.tutti.config.ServiceSettings;
import dev.tutti.files.InputException;
import java.net.InetAddress;
import java.net.URI;
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
 * @param publicUrl where clients come by a proxy in front; absent where there is none
 */
record Entrance(String host, int port, Optional<Pem> tls, Optional<String> publicUrl) {
    /**
     * Makes one of settings.
     *
     * @throws InputException if others could reach the address and what they send would not be encrypted, or a file cannot be used
     */
    static Entrance of(ServiceSettings.Http http) {
        String host = http.address().host();
        if (http.tls().isEmpty() && !http.unencrypted()) {
            requireLoopback(host, "or --tls-cert FILE and --tls-key FILE");
        }
        return new Entrance(
                host,
                http.address().port(),
                http.tls().map(files -> Pem.read(files.certificate(), files.key(), Instant.now())),
                http.publicUrl().map(Entrance::publicUrl));
    }

    private static String publicUrl(String given) {
        String url = given.toLowerCase(Locale.ROOT);
        if (URI.create(url).getHost() == null) {
            throw new InputException(
                    "--public-url: no host in it: \"" + given + "\", allowed: such as https://train.example.org");
        }
        return url;
    }

    /** One for this machine alone. */
    static Entrance loopback(Endpoint address) {
        requireLoopback(address.host(), "or have 'tutti serve' carry the run out, with TLS");
        return new Entrance(address.host(), address.port(), Optional.empty(), Optional.empty());
    }

    private static void requireLoopback(String host, String otherwise) {
        try {
            if (!InetAddress.getByName(host).isLoopbackAddress()) {
                throw new InputException("--http: " + host + ": other machines could reach it, and what they send would"
                        + " not be encrypted; give an address of this machine alone, such as 127.0.0.1, "
                        + otherwise);
            }
        } catch (UnknownHostException e) {
            throw new InputException("--http: unknown host: \"" + host + "\"; give an address such as 127.0.0.1", e);
        }
    }

    /** The same with a certificate that was renewed. */
    Entrance with(Pem renewed) {
        return new Entrance(host, port, Optional.of(renewed), publicUrl);
    }

    /** How addresses begin. */
    String scheme() {
        return tls.isPresent() ? "https" : "http";
    }

    /** The address as people may use it. */
    String shown() {
        return publicUrl.orElseGet(() -> scheme() + "://" + new Endpoint(isAny(host) ? "localhost" : host, port));
    }

    /** Whether all that browsers send is encrypted. */
    boolean isEncrypted() {
        return publicUrl.map(url -> url.startsWith("https:")).orElse(tls.isPresent());
    }

    /** Whether a page from there is the service's own, for a request to {@code host}. */
    boolean isOwnOrigin(String origin, String at) {
        return origin.equalsIgnoreCase(scheme() + "://" + at)
                || publicUrl.map(origin::equalsIgnoreCase).orElse(false);
    }

    private static boolean isAny(String host) {
        try {
            return InetAddress.getByName(host).isAnyLocalAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** Names and addresses by which this service is called, in lower case, IPv6 in brackets. */
    Set<String> hosts() {
        Set<String> hosts = new TreeSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));
        hosts.add((host.indexOf(':') >= 0 ? "[" + host + "]" : host).toLowerCase(Locale.ROOT));
        tls.ifPresent(pem -> hosts.addAll(pem.hosts()));
        publicUrl.ifPresent(url -> hosts.add(URI.create(url).getHost()));
        return hosts;
    }
}
