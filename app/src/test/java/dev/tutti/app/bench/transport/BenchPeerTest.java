package dev.tutti.app.bench.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.config.Endpoint;
import dev.tutti.files.InputException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BenchPeerTest {
    @Test
    void shouldSayThatTheHostCannotBeReached() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        BenchPeer peer = new BenchPeer(new Endpoint("127.0.0.1", port), BenchOptions.NONE, Duration.ZERO);
        assertThatThrownBy(() -> peer.run(row -> {}))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("127.0.0.1:" + port + " cannot be reached")
                .hasMessageContaining("tutti bench transport --bind");
    }

    @Test
    void shouldReadWhatItWrites() {
        BenchRow row = new BenchRow(Carrier.TCP, 3, 400, Direction.BOTH, 1.5, 2.25, 1e9, 77);
        assertThat(BenchRow.parse(row.line())).isEqualTo(row);
        assertThat(BenchOptions.parse(BenchOptions.DEFAULT.line())).isEqualTo(BenchOptions.DEFAULT);
        assertThat(BenchOptions.parse(BenchOptions.NONE.line())).isEqualTo(BenchOptions.NONE);
    }

    @Test
    void shouldTakeFromTheOtherSideWhatIsNotGiven() {
        BenchOptions own =
                new BenchOptions(Optional.of(List.of(8)), Optional.empty(), Optional.empty(), Optional.of(1.0));
        BenchOptions other = new BenchOptions(
                Optional.of(List.of(12)), Optional.of(List.of(Carrier.TCP)), Optional.empty(), Optional.of(2.0));
        BenchOptions both = own.or(other).or(BenchOptions.DEFAULT);
        assertThat(both.bytes()).contains(List.of(8));
        assertThat(both.carriers()).contains(List.of(Carrier.TCP));
        assertThat(both.udpMtu()).contains(1408);
        assertThat(both.seconds()).contains(1.0);
    }
}
