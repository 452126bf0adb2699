package dev.tutti.app.http;

import dev.tutti.config.ServiceSettings.Tls;
import dev.tutti.files.InputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A certificate and its private key from files in PEM, checked: in force, of each other, and the key a secret.
 *
 * @param files where they are
 * @param chain the certificate of the service, then those that vouch for it
 * @param key private key of the first
 */
record Pem(Tls files, List<X509Certificate> chain, PrivateKey key) {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s*([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    private static final String KEY_BLOCK = "PRIVATE KEY";
    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.GROUP_WRITE);

    /** How a signature is made with a key of each kind. */
    private static final Map<String, String> SIGNATURES =
            Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA", "Ed25519", "Ed25519");

    private static final List<String> KEY_KINDS = List.of("RSA", "EC", "EdDSA");

    /** Kinds of names in a certificate: names of hosts, and addresses. */
    private static final Set<Integer> HOST_NAMES = Set.of(2, 7);

    /**
     * Reads the files.
     *
     * @param now when the certificate must be in force
     * @throws InputException if one cannot be used
     */
    static Pem read(Path certificate, Path key, Instant now) {
        Pem pem = new Pem(new Tls(certificate, key), certificates(certificate), privateKey(key));
        pem.requireInForce(certificate, now);
        pem.requireMatch(certificate, key);
        return pem;
    }

    private static String text(Path file, String option) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new InputException(
                    option + ": " + file + ": cannot be read: " + e.getClass().getSimpleName()
                            + "; check the path and its" + " permissions",
                    e);
        }
    }

    private static List<X509Certificate> certificates(Path file) {
        String text = text(file, "--tls-cert");
        List<X509Certificate> chain = new ArrayList<>();
        try {
            Collection<?> found = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)));
            found.forEach(one -> chain.add((X509Certificate) one));
        } catch (CertificateException e) {
            throw new InputException("--tls-cert: " + file + ": not certificates in PEM; give another file", e);
        }
        if (chain.isEmpty()) {
            throw new InputException("--tls-cert: " + file + ": no certificate in it; give a file in PEM");
        }
        return chain;
    }

    private static PrivateKey privateKey(Path file) {
        String text = text(file, "--tls-key");
        requireSecret(file);
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            String kind = block.group(1);
            if (kind.equals(KEY_BLOCK)) {
                return privateKey(file, block.group(2));
            }
            if (kind.endsWith(KEY_BLOCK)) {
                throw new InputException("--tls-key: " + file + ": a key of the form \"" + kind
                        + "\" is not read; make one that is: openssl pkcs8 -topk8 -nocrypt -in " + file.getFileName()
                        + " -out key.pem");
            }
        }
        throw new InputException("--tls-key: " + file + ": no private key in it; give a file in PEM");
    }

    private static PrivateKey privateKey(Path file, String base64) {
        byte[] encoded;
        try {
            encoded = Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw damaged(file);
        }
        for (String kind : KEY_KINDS) {
            try {
                return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(encoded));
            } catch (InvalidKeySpecException e) {
                // Of another kind.
                continue;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(kind, e);
            }
        }
        throw damaged(file);
    }

    private static InputException damaged(Path file) {
        return new InputException(
                "--tls-key: " + file + ": not a private key of RSA, EC or EdDSA, or damaged; give another file");
    }

    private static void requireSecret(Path file) {
        if (Files.getFileAttributeView(file, PosixFileAttributeView.class) == null) {
            return;
        }
        try {
            Set<PosixFilePermission> found = Files.getPosixFilePermissions(file);
            if (found.stream().anyMatch(OTHERS::contains)) {
                throw new InputException("--tls-key: " + file + ": others may read or change the key ("
                        + PosixFilePermissions.toString(found) + "); make it a secret with chmod 600");
            }
        } catch (IOException e) {
            throw new InputException("--tls-key: " + file + ": cannot be looked at: " + e.getMessage(), e);
        }
    }

    private void requireInForce(Path file, Instant now) {
        for (X509Certificate certificate : chain) {
            String whose = certificate.getSubjectX500Principal().getName();
            Instant from = certificate.getNotBefore().toInstant();
            Instant until = certificate.getNotAfter().toInstant();
            if (now.isAfter(until)) {
                throw new InputException("--tls-cert: " + file + ": expired at " + until + " (" + whose
                        + "); give one that is in force");
            }
            if (now.isBefore(from)) {
                throw new InputException("--tls-cert: " + file + ": in force only from " + from + " on (" + whose
                        + "); check the clock, or give another");
            }
        }
    }

    /** Whether the public key takes what the private key signs. */
    private void requireMatch(Path certificate, Path keyFile) {
        byte[] message = Date.class.getName().getBytes(StandardCharsets.US_ASCII);
        boolean matches;
        try {
            String algorithm = SIGNATURES.getOrDefault(key.getAlgorithm(), "");
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(message);
            byte[] signed = signature.sign();
            signature.initVerify(chain.get(0).getPublicKey());
            signature.update(message);
            matches = signature.verify(signed);
        } catch (InvalidKeyException e) {
            matches = false;
        } catch (GeneralSecurityException e) {
            throw new InputException("--tls-key: " + keyFile + ": cannot sign with it: " + e.getMessage(), e);
        }
        if (!matches) {
            throw new InputException("--tls-key: " + keyFile + ": not the key of the certificate in " + certificate
                    + "; give the two that belong together");
        }
    }

    /** When the first of them ends to be in force. */
    Instant end() {
        return chain.stream()
                .map(one -> one.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
    }

    /** Names and addresses for which the certificate is, in lower case, IPv6 in brackets. */
    Set<String> hosts() {
        Set<String> hosts = new TreeSet<>();
        try {
            Collection<List<?>> names = chain.get(0).getSubjectAlternativeNames();
            for (List<?> name : names == null ? List.<List<?>>of() : names) {
                if (HOST_NAMES.contains((Integer) name.get(0))) {
                    String host = String.valueOf(name.get(1)).toLowerCase(Locale.ROOT);
                    hosts.add(host.indexOf(':') >= 0 ? "[" + host + "]" : host);
                }
            }
        } catch (CertificateParsingException e) {
            throw new InputException("--tls-cert: the names in it cannot be read: " + e.getMessage(), e);
        }
        return hosts;
    }

    /** The same as a store in memory, without a password. */
    KeyStore store() {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("service", key, new char[0], chain.toArray(X509Certificate[]::new));
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw new InputException("--tls-key: cannot be used for TLS: " + e.getMessage(), e);
        }
    }
}
