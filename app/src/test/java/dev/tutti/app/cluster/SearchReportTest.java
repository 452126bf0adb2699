package dev.tutti.app.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.app.cluster.SearchReport.Say;
import org.junit.jupiter.api.Test;

class SearchReportTest {
    private static final long S = 1_000_000_000L;

    /** Also where the clock is about to overflow. */
    @Test
    void shouldSayOnceThatItWaitsAndOnlyLaterThatSomethingIsWrong() {
        for (long begin : new long[] {0, Long.MAX_VALUE - 7 * S}) {
            SearchReport report = new SearchReport(begin);
            assertThat(report.onFailure(begin)).isEqualTo(Say.WAITING);
            assertThat(report.onFailure(begin + S)).isEqualTo(Say.NOTHING);
            assertThat(report.onFailure(begin + 3 * S - 1)).isEqualTo(Say.NOTHING);
            assertThat(report.onFailure(begin + 3 * S)).isEqualTo(Say.FAULT);
            assertThat(report.onFailure(begin + 9 * S)).isEqualTo(Say.NOTHING);
            assertThat(report.onFailure(begin + 13 * S)).isEqualTo(Say.FAULT);
        }
    }
}
