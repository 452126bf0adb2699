package dev.tutti.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Colours are for terminals, and for those who want them (no-color.org). */
class ColoursTest {
    @Test
    void shouldShowColoursOnATerminalOnlyAndNotAgainstTheUsersWill() {
        assertThat(Environment.showsColours(true, null)).isTrue();
        assertThat(Environment.showsColours(true, "")).isTrue();
        assertThat(Environment.showsColours(true, "1")).isFalse();
        assertThat(Environment.showsColours(false, null)).isFalse();
    }
}
