package dev.tutti.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.transport.Shares;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TcpSettingsTest {
    /** Parameters, members (0: the coordinator averages): length of a buffer. */
    @ParameterizedTest
    @CsvSource({
        "669706, 2, 262848",
        "669706, 0, 262848",
        "669706, 64, 262848",
        "669706, 256, 84448",
        "10000000, 256, 262848",
        "7, 0, 33472",
        "7, 256, 33472",
    })
    void shouldHaveBuffersForEightSharesOrFrames(int parameters, int members, int bufferBytes) {
        Shares shares = members == 0 ? null : new Shares(parameters, members, false, Shares.NONE);
        TcpSettings worker = TcpSettings.ofWorker(parameters, shares);
        TcpSettings coordinator = TcpSettings.ofCoordinator(parameters, shares);

        assertThat(worker.bufferBytes()).isEqualTo(bufferBytes);
        assertThat(coordinator.bufferBytes()).as("the same for all").isEqualTo(bufferBytes);
        assertThat(coordinator.largestFrameBytes()).isEqualTo(worker.largestFrameBytes());
        assertThat(worker.bufferBytes() / (TcpSettings.PREFIX_BYTES + worker.largestFrameBytes()))
                .isEqualTo(8);
    }
}
