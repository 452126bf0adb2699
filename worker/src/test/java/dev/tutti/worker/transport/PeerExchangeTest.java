package dev.tutti.worker.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.reduce.NodePrecision;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the members average: whoever dies when, whatever is late or comes twice, the bits are those of one process. */
class PeerExchangeTest {
    private static final int SCHEDULES = Integer.getInteger("tutti.schedules", 400);

    /** Schedules of other seeds with each run; {@code -Dtutti.seed} repeats one. */
    @Test
    void shouldEndEveryScheduleInTheBitsOfOneProcess() {
        Long only = Long.getLong("tutti.seed");
        long from = only == null ? System.nanoTime() : only;
        int schedules = only == null ? SCHEDULES : 1;
        int deaths = 0;
        int again = 0;
        int inParts = 0;
        for (long seed = from; seed < from + schedules; seed++) {
            SimulatedMembers members = new SimulatedMembers(seed);
            deaths += members.run();
            again += members.reissued();
            inParts += members.sentInParts();
        }
        if (only == null) {
            assertThat(deaths).as("deaths").isGreaterThan(schedules / 2);
            assertThat(again).as("steps whose work was handed out again").isGreaterThan(schedules / 2);
            assertThat(inParts).as("nodes sent in parts").isGreaterThan(schedules);
        }
    }

    /** The most that docs/scaling.md speaks of: takes 40 seconds. */
    @Test
    @Tag("faults")
    void shouldCarryTheBytesOfTheFormulaAmong256() {
        shouldCarryTheBytesOfTheFormula(256, false, NodePrecision.FLOAT32);
    }

    /** What docs/scaling.md says of the bytes on each link, to the byte; the weights of each step are checked meanwhile. */
    @ParameterizedTest
    @CsvSource({
        "2, false, FLOAT32",
        "3, false, FLOAT32",
        "4, true, FLOAT32",
        "8, false, BFLOAT16",
        "16, true, BFLOAT16",
        "64, false, FLOAT32"
    })
    void shouldCarryTheBytesOfTheFormula(int members, boolean coordinatorOwns, NodePrecision wire) {
        int steps = 2;
        SimulatedMembers cluster = SimulatedMembers.quiet(members, steps, coordinatorOwns, wire);
        cluster.runQuietly();

        int owners = coordinatorOwns ? members + 1 : members;
        long vector = (long) cluster.parameters() * wire.bytes();
        long share = vector / owners;
        for (int member = 0; member < members; member++) {
            // Shares of its node to their owners, and its sum to all others: 2 V (W - 1) / W, or 2 V W / (W + 1).
            assertThat(cluster.sentBytes(member)).as("sent by %d", member).isEqualTo(steps * 2 * share * (owners - 1));
            // The coordinator computes nothing, so no node comes from it.
            assertThat(cluster.receivedBytes(member))
                    .as("received by %d", member)
                    .isEqualTo(steps * share * (members - 1 + owners - 1));
        }
    }
}
