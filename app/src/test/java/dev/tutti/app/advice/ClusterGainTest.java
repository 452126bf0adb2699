package dev.tutti.app.advice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tutti.app.advice.ClusterGain.Limit;
import dev.tutti.app.advice.ClusterGain.Step;
import org.junit.jupiter.api.Test;

/** Synthetic steps of two processes that compute 100 segments a second each. */
class ClusterGainTest {
    @Test
    void shouldCompareWithTheFastestAlone() {
        // 8 segments: 80 ms alone, 40 ms of computing in a step of 50 ms; the update takes 10 ms on either.
        ClusterGain gain = ClusterGain.of(step(0.050, 0.010, 8, 2, 2.7e6));
        assertThat(gain.processes()).isEqualTo(2);
        assertThat(gain.speedUp()).isEqualTo(1.8, within(1e-9));
        assertThat(gain.waitingShare()).isEqualTo(0.2, within(1e-9));
        assertThat(gain.limit()).isEqualTo(Limit.CORES);
        assertThat(gain.line())
                .isEqualTo(
                        "cluster  2 processes are 1.80 times as fast as the fastest alone; each waits 20 % of a step; the"
                                + " limit is cores: more of them make it faster");
    }

    @Test
    void shouldNameTheLinkAndWhatItCarries() {
        ClusterGain gain = ClusterGain.of(step(0.240, 0, 8, 2, 20e6));
        assertThat(gain.speedUp()).isEqualTo(1 / 3.0, within(1e-9));
        assertThat(gain.waitingShare()).isEqualTo(5 / 6.0, within(1e-9));
        assertThat(gain.limit()).isEqualTo(Limit.LINK);
        assertThat(gain.line()).endsWith("the limit is the link: 20.0 MB a step at 100 MB/s");
    }

    @Test
    void shouldNameLatencyWhereVectorsAreShort() {
        ClusterGain gain = ClusterGain.of(step(0.240, 0, 8, 2, 19_000));
        assertThat(gain.limit()).isEqualTo(Limit.LATENCY);
        assertThat(gain.line()).endsWith("the limit is the latency: a step of 240.00 ms is short for messages");
    }

    @Test
    void shouldNameSegmentsWhereThreadsHaveNone() {
        ClusterGain gain = ClusterGain.of(step(0.050, 0, 8, 16, 2.7e6));
        assertThat(gain.limit()).isEqualTo(Limit.SEGMENTS);
        assertThat(gain.because()).isEqualTo("8 for 16 threads");
    }

    /** The last batch of an epoch is shorter, so that the mean is below four segments for four threads. */
    @Test
    void shouldNotBlameSegmentsWhereEachThreadHasOne() {
        ClusterGain gain = ClusterGain.of(step(0.050, 0, 3.9, 4, 2.7e6));
        assertThat(gain.limit()).isEqualTo(Limit.LINK);
    }

    @Test
    void shouldNameTheUpdateWhereItTakesMostOfTheRest() {
        ClusterGain gain = ClusterGain.of(step(0.010, 0.006, 1, 1, 4e6));
        assertThat(gain.limit()).isEqualTo(Limit.UPDATE);
        assertThat(gain.line()).endsWith("the limit is the update: with validation it takes 60 % of a step");
    }

    @Test
    void shouldNameSegmentsWhereOneHasMore() {
        ClusterGain gain =
                ClusterGain.of(new Step(0.075, 0, 8, 8, 2, 2.7e6, true, new double[] {7 / 8.0, 1 / 8.0}, speeds()));
        assertThat(gain.waitingShare()).isGreaterThan(0.4);
        assertThat(gain.limit()).isEqualTo(Limit.SEGMENTS);
    }

    @Test
    void shouldSayNothingOfWhatWasNotMeasured() {
        ClusterGain gain =
                ClusterGain.of(new Step(0.075, 0, 8, 8, 2, 2.7e6, true, new double[] {.5, .5}, new double[] {100, 0}));
        assertThat(gain.speedUp()).isNaN();
        assertThat(gain.limit()).isNull();
    }

    private static Step step(double seconds, double update, double segments, int threads, double vectorBytes) {
        return new Step(
                seconds,
                update,
                segments,
                (int) Math.ceil(segments),
                threads,
                vectorBytes,
                true,
                new double[] {.5, .5},
                speeds());
    }

    private static double[] speeds() {
        return new double[] {100, 100};
    }
}
