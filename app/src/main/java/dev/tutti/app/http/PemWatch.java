package dev.tutti.app.http;

import dev.tutti.config.ServiceSettings.Tls;
import dev.tutti.files.InputException;
import dev.tutti.files.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes up a certificate that was renewed on the disk while the service runs. What cannot be used leaves the one before in use. For one
 * thread.
 */
final class PemWatch {
    private static final Logger LOG = LoggerFactory.getLogger(PemWatch.class);
    private static final Duration NOTICE = Duration.ofDays(7);

    private final Tls files;
    private final Consumer<Pem> renewed;
    private Pem now;
    private String taken = "";
    private String refused = "";
    private boolean told;
    private End warned = End.FAR;

    /** Of the time of a certificate, as far as it was told. */
    private enum End {
        FAR,
        NEAR,
        PAST
    }

    /**
     * @param now what is in use
     * @param renewed told what is to be used from then on
     */
    PemWatch(Pem now, Consumer<Pem> renewed) {
        this.files = now.files();
        this.now = now;
        this.renewed = renewed;
    }

    /** Looks at the files, and whether what is in use ends soon, which is told once before and once at the end. */
    void look(Instant at) {
        lookForRenewed(at);
        Instant end = now.end();
        if (at.isAfter(end)) {
            if (warned != End.PAST) {
                LOG.warn("--tls-cert: {}: expired at {}; clients refuse it: renew it", files.certificate(), end);
            }
            warned = End.PAST;
        } else if (warned == End.FAR && !at.plus(notice()).isBefore(end)) {
            LOG.warn("--tls-cert: {}: expires at {}; renew it before", files.certificate(), end);
            warned = End.NEAR;
        }
    }

    /** A week; of one that is made for days, a third of its time. */
    private Duration notice() {
        Duration third = Duration.between(now.chain().get(0).getNotBefore().toInstant(), now.end())
                .dividedBy(3);
        return third.compareTo(NOTICE) < 0 ? third : NOTICE;
    }

    /** Two that do not match are told of the second time, as they are written one after the other. */
    private void lookForRenewed(Instant at) {
        String content = content();
        if (content.equals(taken)) {
            refused = "";
            return;
        }
        try {
            Pem read = Pem.read(files.certificate(), files.key(), at);
            if (!read.equals(now)) {
                renewed.accept(read);
                now = read;
                warned = End.FAR;
                LOG.info("TLS: {} is in use from now on, until {}", files.certificate(), read.end());
            }
            taken = content;
            refused = "";
        } catch (InputException e) {
            if (!content.equals(refused)) {
                refused = content;
                told = false;
            } else if (!told) {
                LOG.warn(
                        "{}; until then the certificate from before stays in use, until {}", e.getMessage(), now.end());
                told = true;
            }
        }
    }

    /** Names what is in the files, and who may read the key. */
    private String content() {
        MessageDigest digest = Sha256.newDigest();
        for (Path file : new Path[] {files.certificate(), files.key()}) {
            try {
                digest.update(Files.readAllBytes(file));
                digest.update(Files.getPosixFilePermissions(file)
                        .toString()
                        .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            } catch (IOException | UnsupportedOperationException e) {
                digest.update((byte) 0);
            }
        }
        return Sha256.hex(digest);
    }
}
