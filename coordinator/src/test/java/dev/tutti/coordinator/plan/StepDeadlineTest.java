package dev.tutti.coordinator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StepDeadlineTest {
    private static final long MS = 1_000_000;

    private final StepDeadline deadline = new StepDeadline();

    @Test
    void shouldBePatientWithTheFirstStep() {
        assertThat(deadline.deadlineNs()).isEqualTo(10_000 * MS);
    }

    @Test
    void shouldNeverBeBelowASecond() {
        deadline.onStep(MS);
        assertThat(deadline.deadlineNs()).isEqualTo(1_000 * MS);
    }

    @Test
    void shouldBeSomeTimesAsLongAsSteps() {
        deadline.onStep(2_000 * MS);
        assertThat(deadline.deadlineNs()).isEqualTo(8_000 * MS);
        for (int step = 0; step < 50; step++) {
            deadline.onStep(500 * MS);
        }
        assertThat(deadline.deadlineNs()).isBetween(2_000 * MS, 2_001 * MS);
    }
}
