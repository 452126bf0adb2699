package dev.tutti.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.files.InputException;
import dev.tutti.transport.TransportKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessSettingsTest {
    @Test
    void shouldReadAWorker() {
        WorkerSettings settings = WorkerSettings.read(
                Map.of("coordinator", "c:1", "threads", "3", "give-up", "90s", "transport", "udp", "aeron-dir", "/a"),
                Optional.empty());

        assertThat(settings)
                .isEqualTo(new WorkerSettings(
                        new Endpoint("c", 1),
                        3,
                        Optional.empty(),
                        Optional.empty(),
                        Duration.ofSeconds(90),
                        TransportKind.UDP,
                        Optional.empty(),
                        Optional.of(Path.of("/a"))));
    }

    @Test
    void shouldReadACoordinatorAsAServiceWithoutThreads() {
        ServiceSettings settings = ServiceSettings.readCoordinator(Map.of("wait-workers", "3"), Optional.empty());

        assertThat(settings)
                .isEqualTo(new ServiceSettings(
                        new ServiceSettings.Http(new Endpoint("127.0.0.1", 8025)),
                        Path.of("tutti-home"),
                        0,
                        Optional.of(new ServiceSettings.Processes(
                                Endpoint.local(), 3, TransportKind.AUTO, Optional.empty(), Optional.empty())),
                        false));
        assertThat(ServiceSettings.read(
                        Map.of("workers", "0", "wait-workers", "3", "coordinator-bind", "127.0.0.1:25520"),
                        Optional.empty()))
                .isEqualTo(settings);
    }

    @ParameterizedTest
    @CsvSource({
        "workers, 0, coordinator-bind",
        "wait-workers, 2, coordinator-bind",
        "transport, udp, coordinator-bind",
        "tls-cert, a.pem, tls-key",
        "tls-key, a.pem, tls-cert",
    })
    void shouldSayWhatAServiceLacks(String key, String value, String lacks) {
        assertThatThrownBy(() -> ServiceSettings.read(Map.of(key, value), Optional.empty()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("--" + key + ": ")
                .hasMessageContaining(lacks);
    }

    @Test
    void shouldListenForTheWorkersThatMayFail() {
        ServiceSettings settings = ServiceSettings.read(Map.of("allow-faults", "true"), Optional.empty());

        assertThat(settings.allowFaults()).isTrue();
        assertThat(settings.processes().orElseThrow().bind().host()).isEqualTo("127.0.0.1");
        assertThatThrownBy(() -> ServiceSettings.read(Map.of("allow-faults", "true", "workers", "0"), Optional.empty()))
                .hasMessageContaining("coordinator-bind");
        assertThatThrownBy(() -> ServiceSettings.read(
                        Map.of("allow-faults", "true", "workers", "0", "coordinator-bind", "127.0.0.1:25520"),
                        Optional.empty()))
                .hasMessageContaining("allow-faults");
    }

    @Test
    void shouldAskForTheCoordinator() {
        assertThatThrownBy(() -> WorkerSettings.read(Map.of(), Optional.empty()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("--coordinator 127.0.0.1:25520");
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.5:25520,10.0.0.5,25520", "[::1]:80,::1,80", "node-1.local:65535,node-1.local,65535"})
    void shouldReadAddresses(String text, String host, int port) {
        assertThat(Endpoint.parse(text)).isEqualTo(new Endpoint(host, port));
        assertThat(Endpoint.parse(text).toString()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "host", ":80", "host:", "host:0", "host:65536", "host:http", "host:-1"})
    void shouldRefuseWhatIsNoAddress(String text) {
        assertThatThrownBy(() -> Endpoint.parse(text))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("HOST:PORT");
    }
}
