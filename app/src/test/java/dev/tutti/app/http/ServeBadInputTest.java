package dev.tutti.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.config.ServiceSettings;
import dev.tutti.config.ServiceSettings.Tls;
import dev.tutti.files.InputException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A service that cannot start says in one line what is wrong, where, and what to do. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServeBadInputTest {
    @TempDir
    Path folder;

    private void assertRefused(Map<String, String> settings, String... parts) {
        Map<String, String> all = new HashMap<>(settings);
        all.putIfAbsent("home", folder.resolve("home").toString());
        all.putIfAbsent("workers", "1");
        List<String> told = new ArrayList<>();
        assertThatThrownBy(() -> TrainingService.run(ServiceSettings.read(all, Optional.empty()), told::add))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll(parts)
                .hasMessageNotContaining("\n");
        assertThat(told).isEmpty();
    }

    @Test
    void shouldSayThatAPortIsInUse() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            assertRefused(
                    Map.of("http", address),
                    "--http: cannot listen on " + address + ": the port is in use",
                    "give another --http HOST:PORT");
            assertThat(folder)
                    .as("nothing is left of a service that did not start")
                    .isEmptyDirectory();

            Path home = Files.createDirectory(folder.resolve("home"));
            assertRefused(Map.of("http", address), "the port is in use");
            assertThat(home).as("it was there").exists();
            assertThat(home.resolve("token")).as("it was made").exists();
        }
    }

    @Test
    void shouldSayThatAHomeIsInUse() {
        try (ServiceInProcess service =
                new ServiceInProcess(folder.resolve("home"), of -> (job, run, lines, progress) -> "{}")) {
            assertRefused(Map.of("http", "127.0.0.1:" + service.port()), "home of a service is in use");
        }
    }

    @Test
    void shouldSayWhichFileOfTlsCannotBeUsed() throws Exception {
        Instant yesterday = Instant.now().minusSeconds(86_400);
        Tls expired = PemFiles.make(folder, "expired", "EC", yesterday.minusSeconds(60), yesterday);
        Tls good = PemFiles.make(folder, "good", "EC");
        assertRefused(tls(expired), "--tls-cert: " + expired.certificate() + ": expired at ");
        assertRefused(
                tls(new Tls(good.certificate(), expired.key())),
                "--tls-key: " + expired.key() + ": not the key of the certificate");
    }

    private static Map<String, String> tls(Tls files) {
        return Map.of(
                "http",
                "0.0.0.0:8025",
                "tls-cert",
                files.certificate().toString(),
                "tls-key",
                files.key().toString());
    }
}
