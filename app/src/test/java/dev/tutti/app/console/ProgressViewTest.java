package dev.tutti.app.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.optim.Sgd;
import dev.tutti.train.ClusterMetrics;
import dev.tutti.train.EpochMetrics;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingSpec;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressViewTest {
    private final StringWriter text = new StringWriter();

    @Test
    void shouldWritePlainLinesWhereThereIsNoTerminal() {
        show(view(false, 2));

        assertThat(text.toString().lines()).hasSize(2).allMatch(line -> line.startsWith("epoch "));
        assertThat(text.toString()).doesNotContain("\r").doesNotContain("\u001b");
    }

    @Test
    void shouldRedrawAtMostTenTimesASecond() {
        long startNs = System.nanoTime();
        ProgressView view = view(true, 1000);
        for (int step = 1; step <= 10_000; step++) {
            view.onStep(1, step, step * 10L, 0.5);
        }
        double seconds = (System.nanoTime() - startNs) / 1e9;

        long drawn = text.toString().chars().filter(c -> c == '\r').count();
        assertThat((double) drawn).isLessThanOrEqualTo(seconds * 10);
    }

    @Test
    void shouldTellWhenWorkersComeAndGo() {
        try (ProgressView view = view(false, 1)) {
            view.onWorkers(2, "started");
            view.onWorkers(2, "the same");
            view.onWorkers(0, "gone");
            view.onWorkers(1, "back");
        }

        assertThat(text.toString().lines()).containsExactly("no workers now", "1 worker now");
    }

    /** It is told each few seconds, and workers may come after days. */
    @Test
    void shouldTellOnceHowManyWorkersItWaitsFor() {
        try (ProgressView view = view(false, 1)) {
            view.onWorkers(2, "started");
            for (int time = 0; time < 3; time++) {
                view.onWaiting(0, 2);
            }
            view.onWaiting(1, 2);
            view.onWaiting(1, 2);
            view.onWaiting(0, 2);
            view.onWorkers(2, "back");
            view.onWaiting(0, 2);
        }

        String begin = "waiting for worker processes: ";
        assertThat(text.toString().lines())
                .containsExactly(
                        begin + "0 of 2 are here",
                        begin + "1 of 2 are here",
                        begin + "0 of 2 are here",
                        begin + "0 of 2 are here");
    }

    @Test
    void shouldNameTheStraggler() {
        try (ProgressView view = view(false, 2)) {
            for (int epoch = 1; epoch <= 2; epoch++) {
                view.onCluster(new ClusterMetrics(
                        1,
                        1,
                        1,
                        0,
                        0,
                        0,
                        false,
                        List.of(new ClusterMetrics.Member("late", 0.25, 0, 4.0 * epoch, 0, 0))));
                view.onEpoch(
                        new EpochMetrics(epoch, epoch, epoch * 10L, 0.5, 0.5, 0.5, 0.5, Double.NaN, 0.1, 10 * epoch));
            }
        }

        assertThat(text.toString().lines().skip(2))
                .containsExactly("late is slow: the others waited 4.0 of 10.0 s for it, its share of the work is 25 %");
    }

    @Test
    void shouldLeaveTheTerminalClean() {
        show(view(true, 2));

        assertThat(text.toString()).endsWith("\r\u001b[K");
    }

    private ProgressView view(boolean live, int epochs) {
        NetworkSpec network = new NetworkSpec(List.of(1, 1), List.of(Activation.IDENTITY), Loss.SQUARED_ERROR);
        TrainingSpec spec =
                new TrainingSpec(network, new Sgd.Settings(0.1f, 0), epochs, 10, 5, Sync.STEP, 1, true, 0f, 100);
        return new ProgressView(new PrintWriter(text), live, 80, spec);
    }

    private static void show(ProgressView view) {
        try (view) {
            view.onWorkers(2, "started");
            for (int epoch = 1; epoch <= 2; epoch++) {
                view.onStep(epoch, epoch, epoch * 10L, 0.5);
                view.onEpoch(new EpochMetrics(epoch, epoch, epoch * 10L, 0.5, 0.5, 0.5, 0.5, Double.NaN, 0.1, epoch));
            }
        }
    }
}
