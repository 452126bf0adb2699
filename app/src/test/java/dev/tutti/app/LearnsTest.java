package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tutti.app.run.PreparedRun;
import dev.tutti.config.TrainingSettings;
import dev.tutti.data.Dataset;
import dev.tutti.train.EpochMetrics;
import dev.tutti.train.ReferenceTrainer;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The built-in data sets are learned with the options of the documentation, whatever the seed. */
class LearnsTest {
    @ParameterizedTest
    @ValueSource(strings = {"1", "2", "3"})
    void shouldLearnDigits(String seed) throws InterruptedException {
        EpochMetrics last = train(job("digits", Map.of("seed", seed)));
        assertThat(last.validationAccuracy()).isGreaterThanOrEqualTo(0.95);
    }

    /** Rounding is noise that is smaller than that of the seeds, which differ by 0.02. */
    @ParameterizedTest
    @ValueSource(strings = {"1", "2", "3"})
    void shouldLearnDigitsWithRoundedGradients(String seed) throws InterruptedException {
        EpochMetrics exact = train(job("digits", Map.of("seed", seed)));
        EpochMetrics rounded = train(job("digits", Map.of("seed", seed, "wire", "bfloat16")));
        assertThat(rounded.validationLoss()).isNotEqualTo(exact.validationLoss());
        assertThat(rounded.validationLoss()).isCloseTo(exact.validationLoss(), within(0.002));
        assertThat(rounded.validationAccuracy()).isCloseTo(exact.validationAccuracy(), within(0.006));
    }

    @Test
    void shouldLearnDigitsWithDropout() throws InterruptedException {
        EpochMetrics last = train(job("digits", Map.of("dropout", "0.3", "hidden", "128,64", "epochs", "20")));
        assertThat(last.validationAccuracy()).isGreaterThanOrEqualTo(0.95);
        assertThat(last.trainLoss())
                .as("of a network with units missing")
                .isGreaterThan(train(job("digits", Map.of("hidden", "128,64", "epochs", "20")))
                        .trainLoss());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2", "3"})
    void shouldLearnIris(String seed) throws InterruptedException {
        EpochMetrics last = train(job("iris", Map.of("seed", seed, "epochs", "50", "batch", "16")));
        assertThat(last.validationAccuracy()).isGreaterThanOrEqualTo(0.9);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2", "3"})
    void shouldLearnXor(String seed) throws InterruptedException {
        EpochMetrics last = train(job("xor", Map.of("seed", seed, "epochs", "300")));
        assertThat(last.validationAccuracy()).isEqualTo(1);
    }

    @Test
    void shouldLearnWineAndBreastCancer() throws InterruptedException {
        assertThat(train(job("wine", Map.of("batch", "16"))).validationAccuracy())
                .isGreaterThanOrEqualTo(0.9);
        assertThat(train(job("breast_cancer", Map.of())).validationAccuracy()).isGreaterThanOrEqualTo(0.9);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2", "3"})
    void shouldPredictDiabetesBetterThanTheMeanDoes(String seed) throws InterruptedException {
        TrainingJob job = job("diabetes", Map.of("seed", seed, "lr", "0.01"));
        EpochMetrics last = train(job);
        assertThat(last.validationLoss()).isLessThan(lossOfTheMean(job.training(), job.validation()));
    }

    /** Mean of half the squares of what the mean of the training targets misses. */
    private static double lossOfTheMean(Dataset training, Dataset validation) {
        double mean = 0;
        for (int row = 0; row < training.samples(); row++) {
            mean += training.targets()[row] / training.samples();
        }
        double loss = 0;
        for (int row = 0; row < validation.samples(); row++) {
            double missed = validation.targets()[row] - mean;
            loss += missed * missed / 2 / validation.samples();
        }
        return loss;
    }

    private static TrainingJob job(String data, Map<String, String> options) {
        Map<String, String> all = new HashMap<>(options);
        all.put("data", data);
        return PreparedRun.of(TrainingSettings.read(all, Optional.empty())).job();
    }

    private static EpochMetrics train(TrainingJob job) throws InterruptedException {
        return ReferenceTrainer.train(job, TrainingListener.NONE).last();
    }
}
