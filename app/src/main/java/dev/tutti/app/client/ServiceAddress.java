package dev.tutti.app.client;

import dev.tutti.files.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Where a service is, and what lets a client in. The token is sent where nobody can listen: over TLS, or to an address of this
 * machine.
 *
 * @param url such as {@code https://10.0.0.5:8025}
 * @param tokenFile holds the token
 * @param certificates PEM file with the certificates to trust; those that Java trusts where absent
 */
public record ServiceAddress(URI url, Path tokenFile, Optional<Path> certificates) {
    /** The service of this machine. */
    public static final String LOCAL = "http://127.0.0.1:8025";

    /** Where that has its token, in the directory in which it was started. */
    public static final Path LOCAL_TOKEN = Path.of("tutti-home", "token");

    private static final int LONGEST_TOKEN = 512;
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /**
     * Reads an address.
     *
     * @throws InputException if it is none, or what is sent there would not be encrypted
     */
    public static ServiceAddress of(String url, Path tokenFile, Optional<Path> certificates) {
        URI parsed;
        try {
            parsed = new URI(url.replaceFirst("/+$", ""));
        } catch (URISyntaxException e) {
            throw notAnAddress(url);
        }
        if (parsed.isOpaque()) {
            throw notAnAddress(url);
        }
        boolean plain = "http".equalsIgnoreCase(parsed.getScheme());
        boolean hasMore =
                !parsed.getRawPath().isEmpty() || parsed.getRawQuery() != null || parsed.getRawFragment() != null;
        if ((!plain && !"https".equalsIgnoreCase(parsed.getScheme()))
                || parsed.getHost() == null
                || parsed.getUserInfo() != null
                || hasMore) {
            throw notAnAddress(url);
        }
        if (plain && !isThisMachine(parsed.getHost())) {
            throw new InputException(
                    "--server: " + url + ": the token would travel unencrypted to another machine; give"
                            + " https://..., or come through ssh -L");
        }
        return new ServiceAddress(parsed, tokenFile, certificates);
    }

    private static InputException notAnAddress(String url) {
        return new InputException("--server: not the address of a service: \"" + url + "\", allowed: such as " + LOCAL
                + " or https://HOST:PORT");
    }

    private static boolean isThisMachine(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** Reads the token. */
    String token() {
        String token;
        try (InputStream in = Files.newInputStream(tokenFile)) {
            token = new String(in.readNBytes(LONGEST_TOKEN + 1), StandardCharsets.ISO_8859_1).strip();
        } catch (IOException e) {
            throw new InputException(
                    "token of the service cannot be read: " + tokenFile + " ("
                            + e.getClass().getSimpleName()
                            + "); give --token-file FILE with a copy of the file token in the home of the service",
                    e);
        }
        // What is in the file is not shown: it may be a secret of something else.
        if (token.length() > LONGEST_TOKEN || !TOKEN.matcher(token).matches()) {
            throw new InputException("token of the service is not what is in " + tokenFile
                    + "; give --token-file FILE with a copy of the file token in the home of the service");
        }
        return token;
    }

    /** A client that trusts whom it is to trust. */
    HttpClient client() {
        HttpClient.Builder client =
                HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).version(HttpClient.Version.HTTP_1_1);
        certificates.ifPresent(file -> client.sslContext(trusting(file)));
        return client.build();
    }

    private static SSLContext trusting(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (found.isEmpty()) {
                throw new InputException("--ca-cert: " + file + ": no certificate in it; give a PEM file");
            }
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (Certificate certificate : found) {
                store.setCertificateEntry("trusted-" + store.size(), certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new InputException(
                    "--ca-cert: " + file + ": cannot be read as certificates: "
                            + e.getClass().getSimpleName() + "; give a PEM file",
                    e);
        }
    }
}
