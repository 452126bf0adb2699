package dev.tutti.app.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tutti.config.TrainingSettings;
import dev.tutti.train.EpochMetrics;
import dev.tutti.train.ReferenceTrainer;
import dev.tutti.train.TrainingListener;
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

    /** Another algorithm, but one that learns: an exchange an epoch in place of 23 comes about as far. */
    @Test
    void shouldComeAsFarWithReplicasAndFewExchanges() throws InterruptedException {
        EpochMetrics each = trained(Map.of("data", "digits"));
        EpochMetrics local =
                trained(Map.of("data", "digits", "sync", "local", "replicas", "4", "batch", "16", "local-steps", "23"));

        assertThat(each.steps()).isEqualTo(230);
        assertThat(local.steps()).isEqualTo(10);
        assertThat(local.samples()).isEqualTo(each.samples());
        assertThat(local.validationLoss()).isEqualTo(each.validationLoss(), within(0.005));
        assertThat(local.validationAccuracy()).isEqualTo(each.validationAccuracy(), within(0.005));
    }

    private static EpochMetrics trained(Map<String, String> settings) throws InterruptedException {
        return ReferenceTrainer.train(run(settings).job(), TrainingListener.NONE)
                .last();
    }

    private static PreparedRun run(Map<String, String> settings) {
        return PreparedRun.of(TrainingSettings.read(settings, Optional.empty()));
    }
}
