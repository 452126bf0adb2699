package dev.tutti.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tutti.app.client.ServiceAddress;
import dev.tutti.app.client.ServiceClient;
import dev.tutti.config.Endpoint;
import dev.tutti.config.ServiceSettings.Http;
import dev.tutti.config.ServiceSettings.Tls;
import dev.tutti.files.InputException;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Files in PEM: what they are for, and which are refused, each in one line that names the file. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TlsTest {
    @TempDir
    private static Path files;

    private static Tls good;
    private static Tls other;
    private static Tls expired;

    @TempDir
    private Path folder;

    @BeforeAll
    static void make() throws Exception {
        good = PemFiles.make(files, "good", "EC");
        other = PemFiles.make(files, "other", "RSA");
        Instant yesterday = Instant.now().minusSeconds(86_400);
        expired = PemFiles.make(files, "expired", "EC", yesterday.minusSeconds(86_400), yesterday);
    }

    @Test
    void shouldSpeakTlsWithClientsThatTrustIt() throws Exception {
        Path token = Files.writeString(folder.resolve("token"), ServiceInProcess.TOKEN);
        try (ServiceInProcess service = new ServiceInProcess(
                folder.resolve("home"), 0, Optional.of(good), of -> (job, run, lines, progress) -> "{}")) {
            String url = "https://localhost:" + service.port();
            new ServiceClient(ServiceAddress.of(url, token, Optional.of(good.certificate()))).check();

            assertThatThrownBy(() ->
                            new ServiceClient(ServiceAddress.of(url, token, Optional.of(other.certificate()))).check())
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith("the service " + url + " is not trusted: ")
                    .hasMessageContaining("--ca-cert FILE");
            assertThatThrownBy(() -> new ServiceClient(
                                    ServiceAddress.of(url.replace("https", "http"), token, Optional.empty()))
                            .check())
                    .isInstanceOf(InputException.class);
        }
    }

    /** As by a program that renews it each few weeks. */
    @Test
    void shouldTakeUpACertificateThatIsRenewedOnTheDisk() throws Exception {
        Tls first = PemFiles.make(folder, "first", "EC");
        Tls second = PemFiles.make(folder, "second", "RSA");
        Path used = Files.copy(first.certificate(), folder.resolve("used-cert.pem"));
        Path key = copyKey(first.key(), folder.resolve("used-key.pem"));
        Path token = Files.writeString(folder.resolve("token"), ServiceInProcess.TOKEN);
        try (ServiceInProcess service = new ServiceInProcess(
                folder.resolve("home"),
                0,
                Optional.of(new Tls(used, key)),
                of -> (job, run, lines, progress) -> "{}")) {
            ServiceAddress trustsFirst = address(service, token, first);
            ServiceAddress trustsSecond = address(service, token, second);
            new ServiceClient(trustsFirst).check();

            // The certificate is there before its key: nothing changes.
            Files.copy(second.certificate(), used, StandardCopyOption.REPLACE_EXISTING);
            service.lookAtCertificate();
            service.lookAtCertificate();
            new ServiceClient(trustsFirst).check();

            copyKey(second.key(), key);
            service.lookAtCertificate();
            new ServiceClient(trustsSecond).check();
            assertThatThrownBy(() -> new ServiceClient(trustsFirst).check()).hasMessageContaining("is not trusted");

            Files.copy(expired.certificate(), used, StandardCopyOption.REPLACE_EXISTING);
            copyKey(expired.key(), key);
            service.lookAtCertificate();
            service.lookAtCertificate();
            new ServiceClient(trustsSecond).check();
        }
    }

    @Test
    void shouldSayOnceThatARenewedCertificateCannotBeUsed() throws Exception {
        Path used = Files.copy(good.certificate(), folder.resolve("used-cert.pem"));
        Path key = copyKey(good.key(), folder.resolve("used-key.pem"));
        List<Pem> renewed = new ArrayList<>();
        PemWatch watch = new PemWatch(Pem.read(used, key, Instant.now()), renewed::add);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(PemWatch.class);
        log.start();
        logger.addAppender(log);
        try {
            watch.look(Instant.now());
            Files.copy(expired.certificate(), used, StandardCopyOption.REPLACE_EXISTING);
            copyKey(expired.key(), key);
            for (int i = 0; i < 4; i++) {
                watch.look(Instant.now());
            }
            assertThat(renewed).isEmpty();
            assertThat(log.list).hasSize(1);
            assertThat(log.list.get(0).getLevel()).isEqualTo(Level.WARN);
            assertThat(log.list.get(0).getFormattedMessage())
                    .startsWith("--tls-cert: " + used + ": expired at ")
                    .contains("the certificate from before stays in use");

            Files.copy(other.certificate(), used, StandardCopyOption.REPLACE_EXISTING);
            copyKey(other.key(), key);
            watch.look(Instant.now());
            watch.look(Instant.now());
            assertThat(renewed).hasSize(1);
            assertThat(log.list).hasSize(2);
        } finally {
            logger.detachAppender(log);
        }
    }

    /** Once some days before the end, and once at the end; of one that is renewed again. */
    @Test
    void shouldSayThatACertificateIsNotRenewedInTime() throws Exception {
        Instant begin = Instant.now().minusSeconds(86_400).truncatedTo(ChronoUnit.SECONDS);
        Instant end = begin.plus(Duration.ofDays(90));
        Tls used = PemFiles.make(folder, "used", "EC", begin, end);
        PemWatch watch = new PemWatch(Pem.read(used.certificate(), used.key(), Instant.now()), pem -> {});
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(PemWatch.class);
        log.start();
        logger.addAppender(log);
        try {
            watch.look(end.minus(Duration.ofDays(8)));
            assertThat(log.list).isEmpty();
            watch.look(end.minus(Duration.ofDays(6)));
            watch.look(end.minus(Duration.ofDays(5)));
            assertThat(lines(log))
                    .containsExactly("--tls-cert: " + used.certificate() + ": expires at " + end + "; renew it before");
            watch.look(end.plusSeconds(1));
            watch.look(end.plusSeconds(31));
            assertThat(lines(log)).hasSize(2);
            assertThat(lines(log).get(1))
                    .startsWith("--tls-cert: " + used.certificate() + ": expired at " + end + "; ");
            assertThat(log.list).allMatch(line -> line.getLevel().equals(Level.WARN));

            // It was made for three days, and is told of one day before.
            Instant again = end.plusSeconds(60);
            PemFiles.make(folder, "used", "EC", end, end.plus(Duration.ofDays(3)));
            watch.look(again);
            assertThat(lines(log)).hasSize(3);
            assertThat(lines(log).get(2)).contains(" is in use from now on");
            watch.look(again.plus(Duration.ofDays(1)));
            assertThat(lines(log)).hasSize(3);
            watch.look(end.plus(Duration.ofDays(2)));
            assertThat(lines(log)).hasSize(4);
        } finally {
            logger.detachAppender(log);
        }
    }

    private static List<String> lines(ListAppender<ILoggingEvent> log) {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    /** By the names of the certificate that is in use, not of the one that was. */
    @Test
    void shouldBeCalledByTheNamesOfTheRenewedCertificate() throws Exception {
        Tls first = PemFiles.make(folder, "used", "EC");
        try (ServiceInProcess service = new ServiceInProcess(
                folder.resolve("home"), 0, Optional.of(first), of -> (job, run, lines, progress) -> "{}")) {
            assertThat(statusAt(service, "train.example.org")).isEqualTo(200);
            assertThat(statusAt(service, "renewed.example.org")).isEqualTo(421);

            Instant now = Instant.now();
            PemFiles.make(folder, "used", "EC", now, now.plus(Duration.ofDays(30)), "renewed.example.org");
            service.lookAtCertificate();

            assertThat(statusAt(service, "train.example.org")).isEqualTo(421);
            assertThat(statusAt(service, "renewed.example.org")).isEqualTo(200);
            assertThat(statusAt(service, "localhost"))
                    .as("by which probes come, and which is not in the certificate")
                    .isEqualTo(200);
        }
    }

    /** Whom the client trusts is no matter here. */
    private static int statusAt(ServiceInProcess service, String host) throws Exception {
        X509ExtendedTrustManager anybody = new TrustsAnybody();
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, new TrustManager[] {anybody}, null);
        try (Socket socket = tls.getSocketFactory().createSocket("127.0.0.1", service.port())) {
            String request =
                    "GET /health HTTP/1.1\r\nHost: " + host + ":" + service.port() + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return Integer.parseInt(answer.split(" ", 3)[1]);
        }
    }

    private static final class TrustsAnybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static Path copyKey(Path from, Path to) throws IOException {
        return Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
    }

    private static ServiceAddress address(ServiceInProcess service, Path token, Tls trusted) {
        return ServiceAddress.of("https://localhost:" + service.port(), token, Optional.of(trusted.certificate()));
    }

    @Test
    void shouldBeCalledByTheNamesInItsCertificate() {
        Entrance entrance =
                Entrance.of(new Http(new Endpoint("0.0.0.0", 8025), Optional.of(good), false, Optional.empty()));

        assertThat(entrance.shown()).isEqualTo("https://localhost:8025");
        assertThat(entrance.hosts())
                .containsExactlyInAnyOrder(
                        "localhost", "127.0.0.1", "[::1]", "0.0.0.0", "train.example.org", "*.wild.example.org");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
    void shouldListenWhereOthersComeOnlyWithTlsOrWhereItIsSaid(String host) {
        Endpoint address = new Endpoint(host, 8025);
        assertThatThrownBy(() -> Entrance.of(new Http(address, Optional.empty(), false, Optional.empty())))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("--http: " + host + ": other machines could reach it")
                .hasMessageContaining("or --tls-cert FILE and --tls-key FILE");
        assertThat(Entrance.of(new Http(address, Optional.empty(), true, Optional.empty()))
                        .scheme())
                .isEqualTo("http");
        assertThat(Entrance.of(new Http(address, Optional.of(other), false, Optional.empty()))
                        .scheme())
                .isEqualTo("https");
    }

    @Test
    void shouldRefuseACertificateThatIsNotInForce() {
        assertRefused(expired.certificate(), expired.key(), "--tls-cert: " + expired.certificate() + ": expired at ");
        assertThatThrownBy(() -> Pem.read(good.certificate(), good.key(), Instant.EPOCH))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("--tls-cert: " + good.certificate() + ": in force only from ");
    }

    @Test
    void shouldRefuseAKeyOfAnotherCertificate() throws Exception {
        assertRefused(
                good.certificate(), other.key(), "--tls-key: " + other.key() + ": not the key of the certificate");
        Tls third = PemFiles.make(folder, "third", "EC");
        assertRefused(
                good.certificate(), third.key(), "--tls-key: " + third.key() + ": not the key of the certificate");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "rw-rw----", "rw----r--", "rw-----w-"})
    void shouldRefuseAKeyThatIsNoSecret(String permissions) throws IOException {
        Path key = Files.copy(good.key(), folder.resolve("key.pem"));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString(permissions));
        assertRefused(
                good.certificate(),
                key,
                "--tls-key: " + key + ": others may read or change the key (" + permissions + ")");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("r--r-----"));
        assertThat(Pem.read(good.certificate(), key, Instant.now()).chain()).hasSize(1);
    }

    @Test
    void shouldRefuseWhatIsNoPem() throws IOException {
        Path nothing = folder.resolve("nothing.pem");
        assertRefused(nothing, good.key(), "--tls-cert: " + nothing + ": cannot be read");
        assertRefused(good.certificate(), nothing, "--tls-key: " + nothing + ": cannot be read");
        Path empty = Files.createFile(folder.resolve("empty.pem"));
        Files.setPosixFilePermissions(empty, PosixFilePermissions.fromString("rw-------"));
        assertRefused(empty, good.key(), "--tls-cert: " + empty + ": no certificate in it");
        assertRefused(good.certificate(), empty, "--tls-key: " + empty + ": no private key in it");
        Path text = Files.writeString(folder.resolve("text.pem"), "-----BEGIN CERTIFICATE-----\nabc\n");
        assertRefused(text, good.key(), "--tls-cert: " + text + ": not certificates in PEM");
        Path damaged = PemFiles.write(folder.resolve("damaged.pem"), "PRIVATE KEY", new byte[] {1, 2, 3});
        assertRefused(good.certificate(), damaged, "--tls-key: " + damaged + ": not a private key of RSA, EC or EdDSA");
        Path old = PemFiles.write(folder.resolve("old.pem"), "EC PRIVATE KEY", new byte[] {1, 2, 3});
        assertRefused(
                good.certificate(), old, "--tls-key: " + old + ": a key of the form \"EC PRIVATE KEY\" is not read");
        assertRefused(good.certificate(), good.certificate(), "--tls-key: " + good.certificate() + ": no private key");
    }

    private static void assertRefused(Path certificate, Path key, String line) {
        assertThatThrownBy(() -> Pem.read(certificate, key, Instant.now()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(line)
                .hasMessageNotContaining("\n");
    }
}
