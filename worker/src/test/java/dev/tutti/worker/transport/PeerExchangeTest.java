package dev.tutti.worker.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

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
}
