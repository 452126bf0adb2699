package dev.tutti.app.http;

import dev.tutti.config.ServiceSettings.Tls;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;

/** Certificates that vouch for themselves, with their keys, as files in PEM. */
final class PemFiles {
    private static final DateTimeFormatter UTC_TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int INTEGER = 2;
    private static final int BITS = 3;
    private static final int OCTETS = 4;
    private static final int UTF8 = 0x0c;
    private static final int TIME = 0x17;
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;

    private PemFiles() {}

    /**
     * Makes a certificate for this machine, train.example.org and *.wild.example.org.
     *
     * @param folder receives the files
     * @param name of the files
     * @param kind of the key: EC or RSA
     * @param from when it begins to be in force
     * @param until when it ends to be
     */
    static Tls make(Path folder, String name, String kind, Instant from, Instant until)
            throws IOException, GeneralSecurityException {
        byte[] hosts = der(
                SEQUENCE,
                hex("87047f000001"),
                der(0x82, text("localhost")),
                der(0x82, text("train.example.org")),
                der(0x82, text("*.wild.example.org")));
        return make(folder, name, kind, from, until, hosts);
    }

    /** The same for another name, and no more. */
    static Tls make(Path folder, String name, String kind, Instant from, Instant until, String host)
            throws IOException, GeneralSecurityException {
        return make(folder, name, kind, from, until, der(SEQUENCE, der(0x82, text(host))));
    }

    private static Tls make(Path folder, String name, String kind, Instant from, Instant until, byte[] hosts)
            throws IOException, GeneralSecurityException {
        KeyPair keys = KeyPairGenerator.getInstance(kind).generateKeyPair();
        byte[] algorithm = kind.equals("EC")
                ? der(SEQUENCE, hex("06082a8648ce3d040302"))
                : der(SEQUENCE, hex("06092a864886f70d01010b0500"));
        byte[] commonName = der(SEQUENCE, hex("0603550403"), der(UTF8, text(name)));
        byte[] subject = der(SEQUENCE, der(SET, commonName));
        byte[] content = der(
                SEQUENCE,
                hex("a003020102"),
                der(INTEGER, new byte[] {1}),
                algorithm,
                subject,
                der(SEQUENCE, der(TIME, text(UTC_TIME.format(from))), der(TIME, text(UTC_TIME.format(until)))),
                subject,
                keys.getPublic().getEncoded(),
                der(0xa3, der(SEQUENCE, der(SEQUENCE, hex("0603551d11"), der(OCTETS, hosts)))));
        Signature signature = Signature.getInstance(kind.equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
        signature.initSign(keys.getPrivate());
        signature.update(content);
        byte[] certificate = der(SEQUENCE, content, algorithm, der(BITS, new byte[1], signature.sign()));
        return new Tls(
                write(folder.resolve(name + "-cert.pem"), "CERTIFICATE", certificate),
                write(
                        folder.resolve(name + "-key.pem"),
                        "PRIVATE KEY",
                        keys.getPrivate().getEncoded()));
    }

    /** One that is in force. */
    static Tls make(Path folder, String name, String kind) throws IOException, GeneralSecurityException {
        return make(
                folder,
                name,
                kind,
                Instant.now().minusSeconds(60),
                Instant.now().plusSeconds(30 * 86_400));
    }

    /** Writes one block, for the owner alone. */
    static Path write(Path file, String kind, byte[] content) throws IOException {
        Base64.Encoder lines = Base64.getMimeEncoder(64, text("\n"));
        Files.writeString(
                file,
                "-----BEGIN " + kind + "-----\n" + lines.encodeToString(content) + "\n-----END " + kind + "-----\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    /** A value of ASN.1, of its parts, as X.690 has it. */
    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            value.writeBytes(part);
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(tag);
        int length = value.size();
        if (length > 0xff) {
            all.write(0x82);
            all.write(length >> 8);
        } else if (length > 0x7f) {
            all.write(0x81);
        }
        all.write(length);
        all.writeBytes(value.toByteArray());
        return all.toByteArray();
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
