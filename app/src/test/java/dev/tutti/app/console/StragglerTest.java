package dev.tutti.app.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.train.ClusterMetrics;
import java.util.List;
import org.junit.jupiter.api.Test;

class StragglerTest {
    private final Straggler straggler = new Straggler();

    @Test
    void shouldNameTheWorkerThatTheOthersWaitFor() {
        straggler.at(cluster(1, 0, 0), 0.1);

        assertThat(straggler.at(cluster(1, 0.2, 2.1), 6.1))
                .contains("second is slow: the others waited 2.1 of 6.0 s for it, its share of the work is 30 %");
    }

    @Test
    void shouldCountFromTheLastLineOn() {
        straggler.at(cluster(1, 0, 0), 0);
        assertThat(straggler.at(cluster(1, 0, 3), 5)).isPresent();

        assertThat(straggler.at(cluster(1, 0.1, 3.1), 10)).isEmpty();
        assertThat(straggler.at(cluster(1, 1.1, 3.2), 15).orElseThrow()).startsWith("first is slow");
    }

    @Test
    void shouldNotSpeakOfShortPauses() {
        straggler.at(cluster(1, 0, 0), 0);

        assertThat(straggler.at(cluster(1, 0.9, 0), 1)).isEmpty();
        assertThat(straggler.at(cluster(1, 0.9, 0), 10)).isEmpty();
    }

    @Test
    void shouldBeginAnewWithEachGeneration() {
        straggler.at(cluster(1, 0, 9), 10);

        assertThat(straggler.at(cluster(2, 0, 1), 20)).isEmpty();
        assertThat(straggler.at(cluster(2, 0, 1.2), 30)).isEmpty();
    }

    private static ClusterMetrics cluster(int generation, double first, double second) {
        return new ClusterMetrics(
                generation,
                10,
                10,
                0,
                0,
                0,
                false,
                List.of(
                        new ClusterMetrics.Member("first", 0.7, 0, first, 0, 0),
                        new ClusterMetrics.Member("second", 0.3, 0, second, 0, 0)));
    }
}
