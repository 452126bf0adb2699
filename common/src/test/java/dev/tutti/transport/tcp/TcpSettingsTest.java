package dev.tutti.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.transport.Shares;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TcpSettingsTest {
    /** Parameters, members (0: the coordinator averages): length of a buffer. */
    @ParameterizedTest
    @CsvSource({
        "669706, 2, 262144",
        "669706, 0, 262144",
        "669706, 64, 167792",
        "669706, 256, 42224",
        "10000000, 256, 262144",
        "7, 0, 16736",
        "7, 256, 16736",
    })
    void shouldHaveBuffersForFourSharesOrFrames(int parameters, int members, int bufferBytes) {
        Shares shares = members == 0 ? null : new Shares(parameters, members, false, Shares.NONE);
        TcpSettings worker = TcpSettings.ofWorker(parameters, shares);
        TcpSettings coordinator = TcpSettings.ofCoordinator(parameters, shares);

        assertThat(worker.bufferBytes()).isEqualTo(bufferBytes);
        assertThat(coordinator.bufferBytes()).as("the same for all").isEqualTo(bufferBytes);
        assertThat(coordinator.largestFrameBytes()).isEqualTo(worker.largestFrameBytes());
        assertThat(worker.bufferBytes() / (TcpSettings.PREFIX_BYTES + worker.largestFrameBytes()))
                .isEqualTo(4);
    }
}
