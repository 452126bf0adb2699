package dev.tutti.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuildTest {
    @Test
    void shouldKnowItsVersion() {
        assertThat(Build.current().version()).matches("\\d+\\.\\d+.*");
        assertThat(Build.mismatch(Build.current(), Build.current())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "1.2.0,2,1, 1.1.9,2,1, worker",
        "1.2.0,2,1, 1.10.0,2,1, coordinator",
        "1.2.0,3,1, 1.3.0,2,1, worker",
        "1.2.0,2,1, 1.2.0,2,2, coordinator",
        "1.2.0,2,1, 1.2.0.1,2,1, coordinator",
        "1.2.0-a,2,1, 1.2.0-b,2,1, worker",
    })
    void shouldSayWhichSideToUpdate(String version, int protocol, int wire, String of, int p, int w, String update) {
        assertThat(Build.mismatch(new Build(version, protocol, wire), new Build(of, p, w)))
                .hasValueSatisfying(line -> assertThat(line)
                        .contains("the coordinator is tutti " + version + " (protocol " + protocol)
                        .contains("the worker tutti " + of + " (protocol " + p)
                        .endsWith("; update the " + update)
                        .doesNotContain("\n"));
    }

    @Test
    void shouldTakeABuildThatSaysNothingForAnOlderOne() {
        assertThat(Build.mismatch(Build.current(), null))
                .hasValueSatisfying(line -> assertThat(line)
                        .contains("the worker older and does not say its version")
                        .endsWith("update the worker"));
        assertThat(Build.mismatch(null, Build.current()))
                .hasValueSatisfying(line -> assertThat(line).endsWith("update the coordinator"));
    }
}
