package dev.tutti.app.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.config.TrainingSettings;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PreparedRunTest {
    @Test
    void shouldHoldOutTheSameSamplesForOtherSeeds() {
        PreparedRun one = run(Map.of("data", "iris"));
        PreparedRun other = run(Map.of("data", "iris", "seed", "2"));

        assertThat(other.job().sourceRows()).isEqualTo(one.job().sourceRows());
        assertThat(other.job().initialParameters()).isNotEqualTo(one.job().initialParameters());
        assertThat(other.job().spec().seed()).isEqualTo(2);
    }

    @Test
    void shouldHoldOutByTheSeedOfTheSplitAndRememberIt() {
        PreparedRun one = run(Map.of("data", "iris"));
        PreparedRun other = run(Map.of("data", "iris", "split-seed", "2"));

        assertThat(other.job().sourceRows()).isNotEqualTo(one.job().sourceRows());
        assertThat(other.job().initialParameters()).isEqualTo(one.job().initialParameters());
        assertThat(other.data().preprocessing().split().seed()).isEqualTo(2);
    }

    private static PreparedRun run(Map<String, String> settings) {
        return PreparedRun.of(TrainingSettings.read(settings, Optional.empty()));
    }
}
