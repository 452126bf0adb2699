package dev.tutti.coordinator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class WorkerNamesTest {
    @Test
    void shouldKeepNamesThatNobodyHas() {
        assertThat(WorkerNames.free("a", Set.of("b", "a-2"))).isEqualTo("a");
    }

    @Test
    void shouldNumberTheOthers() {
        assertThat(WorkerNames.free("a", Set.of("a"))).isEqualTo("a-2");
        assertThat(WorkerNames.free("a", Set.of("a", "a-2", "a-4"))).isEqualTo("a-3");
    }
}
