package dev.tutti.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TermLengthsTest {
    private static final long KIB = 1 << 10;
    private static final long MIB = 1 << 20;

    @ParameterizedTest
    @CsvSource({
        // vector, most work; weights, work, gradients: all in KiB
        "0, 0, 256, 64, 256",
        "3, 1, 256, 64, 256",
        "128, 32, 256, 64, 256",
        "129, 33, 512, 128, 512",
        "2700, 513, 8192, 1024, 4096",
        "8192, 200000, 16384, 1024, 4096",
        "8000000, 8000000, 16384, 1024, 4096",
    })
    void shouldHoldWhatIsSentInOneGoUpToALimit(
            long vectorKib, long workKib, int weightsKib, int workTermKib, int gradientsKib) {
        TermLengths terms = TermLengths.of(vectorKib * KIB, workKib * KIB);
        assertThat(terms)
                .isEqualTo(new TermLengths(weightsKib * (int) KIB, workTermKib * (int) KIB, gradientsKib * (int) KIB));
    }

    /** 1 GiB, less what the driver takes, is what the compose file gives; a network of 10 million weights is large here. */
    @Test
    void shouldLeaveRoomForManyWorkersAndTheGenerationBefore() {
        long free = 1000 * MIB;
        TermLengths large = TermLengths.of(40 * MIB, 200 * MIB);
        assertThat(large.mostMembers(free / 2)).isGreaterThanOrEqualTo(25);
        TermLengths small = TermLengths.of(40 * KIB, 600 * KIB);
        assertThat(small.mostMembers(free / 2)).isGreaterThanOrEqualTo(100);
    }

    @Test
    void shouldSayForHowManyThereIsRoom() {
        TermLengths terms = TermLengths.of(2700 * KIB, 100 * KIB);
        long ofOne = terms.coordinatorBytes(1);
        assertThat(ofOne).isGreaterThan(3L * (terms.weights() + terms.work() + terms.gradients()));
        for (int members : new int[] {0, 1, 2, 5, 100}) {
            long bytes = terms.coordinatorBytes(members);
            assertThat(bytes - ofOne).isEqualTo((members - 1) * terms.bytesPerMember());
            assertThat(terms.mostMembers(bytes)).isEqualTo(members);
            assertThat(terms.mostMembers(bytes + terms.bytesPerMember() - 1)).isEqualTo(members);
            assertThat(terms.mostMembers(bytes - 1)).isEqualTo(Math.max(0, members - 1));
        }
        assertThat(terms.mostMembers(0)).isZero();
        assertThat(terms.mostMembers(Long.MAX_VALUE)).isEqualTo(Streams.MAX_MEMBERS);
    }

    @Test
    void shouldCountAWorkersEndsOfTheStreams() {
        TermLengths terms = TermLengths.of(2700 * KIB, 100 * KIB);
        assertThat(terms.workerBytes(false)).isEqualTo(terms.coordinatorBytes(1));
        assertThat(terms.workerBytes(true)).isLessThan(terms.bytesPerMember());
    }
}
