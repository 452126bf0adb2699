package dev.tutti.coordinator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WorkerNamesTest {
    private final WorkerNames names = new WorkerNames();

    @Test
    void shouldKeepANameThatNobodyElseHas() {
        assertThat(names.join("p", "w")).isEqualTo("w");
        assertThat(names.join("q", "v")).isEqualTo("v");
    }

    @Test
    void shouldTellWorkersOfOneNameApart() {
        assertThat(names.join("p", "w")).isEqualTo("w");
        assertThat(names.join("q", "w")).isEqualTo("w-2");
        assertThat(names.join("r", "w")).isEqualTo("w-3");
        assertThat(names.join("s", "w-2")).isEqualTo("w-2-2");
    }

    @Test
    void shouldCallAProcessThatComesBackAsBefore() {
        names.join("p", "w");
        names.join("q", "w");
        names.leave("p");
        names.leave("q");
        assertThat(names.join("q", "w")).isEqualTo("w-2");
        assertThat(names.join("p", "w")).isEqualTo("w");
    }

    @Test
    void shouldNotTakeAProcessForAnotherWhenItJoinsBeforeItIsMissed() {
        assertThat(names.join("p", "w")).isEqualTo("w");
        assertThat(names.join("p", "w")).isEqualTo("w");
    }

    @Test
    void shouldGiveTheNameOfAProcessThatIsGoneToItsSuccessor() {
        names.join("p", "w");
        names.leave("p");
        assertThat(names.join("q", "w")).isEqualTo("w");
        assertThat(names.join("p", "w")).isEqualTo("w-2");
    }

    @Test
    void shouldCallAProcessOfAnotherNameByThat() {
        names.join("p", "w");
        assertThat(names.join("p", "v")).isEqualTo("v");
        assertThat(names.join("q", "w")).isEqualTo("w");
    }
}
