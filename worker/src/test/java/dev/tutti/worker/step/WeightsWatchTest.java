package dev.tutti.worker.step;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WeightsWatchTest {
    private static final long PATIENCE_NS = WeightsWatch.PATIENCE_NS;

    private final WeightsWatch watch = new WeightsWatch();

    /** Ten times as long as patience lasts, with a frame just often enough. */
    @Test
    void shouldNotRequestWhatIsUnderWay() {
        long nowNs = -5;
        for (int frames = 0; frames < 10; frames++) {
            assertThat(watch.isOverdue(3, frames, nowNs)).isFalse();
            assertThat(watch.isOverdue(3, frames, nowNs + PATIENCE_NS / 2)).isFalse();
            nowNs += PATIENCE_NS;
            assertThat(watch.isOverdue(3, frames, nowNs)).isFalse();
        }
    }

    @Test
    void shouldRequestOnceInAWhileWhatDoesNotCome() {
        assertThat(watch.isOverdue(3, 7, 0)).isFalse();
        assertThat(watch.isOverdue(3, 7, PATIENCE_NS)).isFalse();
        assertThat(watch.isOverdue(3, 7, PATIENCE_NS + 1)).isTrue();
        assertThat(watch.isOverdue(3, 7, PATIENCE_NS + 2)).isFalse();
        assertThat(watch.isOverdue(3, 7, 2 * PATIENCE_NS + 1)).isFalse();
        assertThat(watch.isOverdue(3, 7, 2 * PATIENCE_NS + 2)).isTrue();
    }

    @Test
    void shouldBeginAgainWithAnotherStepOrAfterAPause() {
        assertThat(watch.isOverdue(3, 7, 0)).isFalse();
        assertThat(watch.isOverdue(4, 7, PATIENCE_NS + 1)).isFalse();
        watch.reset();
        assertThat(watch.isOverdue(4, 7, 9 * PATIENCE_NS)).isFalse();
        assertThat(watch.isOverdue(4, 7, 10 * PATIENCE_NS + 1)).isTrue();
    }
}
