package dev.tutti.app.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.train.EpochMetrics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressLineTest {
    private static final ProgressLine.State STATE = new ProgressLine.State(3, 10, 500, 1000, 0.12345, 52_345, 12.4, 2);

    @Test
    void shouldShowEverythingOnAWideTerminal() {
        assertThat(ProgressLine.live(STATE, 120))
                .isEqualTo("epoch 3/10  [==========..........]  step 500/1000  loss 0.1235  52.3k samples/s  0:12 left"
                        + "  2 workers");
    }

    @Test
    void shouldLeaveOutWhatMattersLeast() {
        assertThat(ProgressLine.live(STATE, 80))
                .isEqualTo("epoch 3/10  step 500/1000  loss 0.1235  52.3k samples/s  0:12 left  2 workers");
        assertThat(ProgressLine.live(STATE, 60)).isEqualTo("epoch 3/10  loss 0.1235  52.3k samples/s  0:12 left");
        assertThat(ProgressLine.live(STATE, 30)).isEqualTo("epoch 3/10  loss 0.1235");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 10, 20, 23, 24, 40, 79, 100, 101, 102})
    void shouldNeverBeWiderThanTheTerminal(int columns) {
        assertThat(ProgressLine.live(STATE, columns).length()).isLessThanOrEqualTo(columns);
    }

    @Test
    void shouldSayOnlyWhatIsKnownAtTheStart() {
        ProgressLine.State start = new ProgressLine.State(1, 10, 1, 1000, 2.3, 0, Double.NaN, 0);

        assertThat(ProgressLine.live(start, 120))
                .isEqualTo("epoch 1/10  [....................]  step 1/1000  loss 2.3000  no workers");
    }

    @Test
    void shouldShowAnEpoch() {
        EpochMetrics metrics = new EpochMetrics(3, 69, 4314, 0.30925, 0.9367, 0.3144, 0.9053, Double.NaN, 0.5, 0.1);

        assertThat(ProgressLine.epoch(metrics, 10))
                .isEqualTo("epoch  3/10  loss 0.3093  accuracy 0.9367  validation loss 0.3144  accuracy 0.9053"
                        + "  43.1k samples/s");
    }

    @Test
    void shouldShowAnEpochOnANarrowTerminal() {
        EpochMetrics metrics = new EpochMetrics(3, 69, 4314, 0.30925, 0.9367, 0.3144, 0.9053, Double.NaN, 0.5, 0.1);

        assertThat(ProgressLine.epoch(metrics, 10, 200)).isEqualTo(ProgressLine.epoch(metrics, 10));
        assertThat(ProgressLine.epoch(metrics, 10, 90))
                .isEqualTo("epoch  3/10  loss 0.3093  accuracy 0.9367  validation loss 0.3144  accuracy 0.9053");
        assertThat(ProgressLine.epoch(metrics, 10, 79))
                .isEqualTo("epoch  3/10  loss 0.3093  validation loss 0.3144  accuracy 0.9053");
    }

    @Test
    void shouldLeaveOutOfAnEpochWhatDoesNotApply() {
        EpochMetrics metrics = new EpochMetrics(1, 1, 10, 1e-5, Double.NaN, Double.NaN, Double.NaN, Double.NaN, 0.5, 1);

        assertThat(ProgressLine.epoch(metrics, 1)).isEqualTo("epoch 1/1  loss 1.000e-05  10 samples/s");
    }

    @ParameterizedTest
    @CsvSource({"0,0:00", "7.2,0:07", "59.6,1:00", "754,12:34", "3723,1:02:03"})
    void shouldShowTimes(double seconds, String text) {
        assertThat(ProgressLine.duration(seconds)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"999,999 samples/s", "1000,1.0k samples/s", "2.5e6,2.5M samples/s", "Infinity,- samples/s"})
    void shouldShowRates(double rate, String text) {
        assertThat(ProgressLine.rate(rate)).isEqualTo(text);
    }
}
