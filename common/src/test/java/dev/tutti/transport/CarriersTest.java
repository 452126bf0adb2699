package dev.tutti.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CarriersTest {
    private static final int LARGE = 65_536;

    @ParameterizedTest
    @CsvSource({
        // allowed by the coordinator and each member; memory shared; bytes of the vector, of samples
        "auto auto, true, 65536, 65536, ipc, false",
        "ipc auto, true, 65536, 65536, ipc, false",
        "auto auto, false, 65535, 65535, udp, false",
        "auto auto, false, 65536, 65535, tcp, false",
        "auto auto, false, 65535, 65536, udp, true",
        "auto ipc auto, false, 65536, 65536, tcp, true",
        "auto udp auto, false, 65536, 65536, udp, false",
        "tcp udp, false, 65536, 65536, udp, false",
        "tcp auto, true, 4, 4, tcp, true",
        "auto tcp, false, 4, 4, tcp, true",
    })
    void shouldFollowWhatIsAllowedThenTheMachinesThenTheLength(
            String allowed, boolean shared, long vectorBytes, long sampleBytes, String vectors, boolean samplesByTcp) {
        List<TransportKind> kinds = Arrays.stream(allowed.split(" ", -1))
                .map(kind -> TransportKind.valueOf(kind.toUpperCase(java.util.Locale.ROOT)))
                .toList();
        Carriers carriers = Carriers.choose(kinds, shared, vectorBytes, sampleBytes);
        assertThat(carriers.ofVectors()).isEqualTo(vectors);
        assertThat(carriers.samplesByTcp()).isEqualTo(samplesByTcp);
        assertThat(carriers.anyTcp()).isEqualTo(samplesByTcp || vectors.equals("tcp"));
    }

    @Test
    void shouldTakeNoSharedMemoryForWhatGoesOverTcp() {
        TermLengths all = TermLengths.of(40 * LARGE, 40 * LARGE);
        assertThat(all.but(Carriers.UDP)).isEqualTo(all);
        TermLengths orders = all.but(Carriers.TCP);
        assertThat(orders).isEqualTo(new TermLengths(0, TermLengths.MIN_WORK_TERM, 0));
        assertThat(orders.coordinatorBytes(256)).isLessThan(64 << 20);
        assertThat(all.but(new Carriers(false, true, false))).isEqualTo(new TermLengths(0, all.work(), 0));
        assertThat(all.but(new Carriers(false, false, true)))
                .isEqualTo(new TermLengths(all.weights(), TermLengths.MIN_WORK_TERM, all.gradients()));
    }

    @Test
    void shouldNotMixTcpWithSharedMemory() {
        assertThatThrownBy(() -> new Carriers(true, true, false)).isInstanceOf(IllegalArgumentException.class);
    }
}
