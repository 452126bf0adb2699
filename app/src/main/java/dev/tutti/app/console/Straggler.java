package dev.tutti.app.console;

import dev.tutti.train.ClusterMetrics;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Finds the worker that the others wait for, from the metrics at the ends of epochs. Not for concurrent use. */
final class Straggler {
    /** Share of the time, from which on it is worth a line. */
    private static final double WORTH_TELLING = 0.1;
    /** What is looked at together, at least: in a shorter time each small pause would count. */
    private static final double MIN_SECONDS = 5;

    private int generation;
    private double sinceSeconds;
    private Map<String, Double> waitedBefore = Map.of();

    /**
     * Looks at the end of an epoch.
     *
     * @param cluster the members and how long the others waited for each of them in this generation
     * @param seconds wall time since the first step
     * @return a line that names the worker that cost most, at most one in {@value #MIN_SECONDS} seconds
     */
    Optional<String> at(ClusterMetrics cluster, double seconds) {
        if (cluster.generation() != generation) {
            begin(cluster, seconds);
            return Optional.empty();
        }
        double passed = seconds - sinceSeconds;
        if (passed < MIN_SECONDS) {
            return Optional.empty();
        }
        Map<String, Double> before = waitedBefore;
        begin(cluster, seconds);
        ClusterMetrics.Member slowest = null;
        double most = WORTH_TELLING * passed;
        for (ClusterMetrics.Member member : cluster.members()) {
            double waited = member.waitedSeconds() - before.getOrDefault(member.name(), 0.0);
            if (waited > most) {
                slowest = member;
                most = waited;
            }
        }
        return slowest == null ? Optional.empty() : Optional.of(line(slowest, most, passed));
    }

    private void begin(ClusterMetrics cluster, double seconds) {
        generation = cluster.generation();
        sinceSeconds = seconds;
        waitedBefore = waited(cluster.members());
    }

    private static Map<String, Double> waited(List<ClusterMetrics.Member> members) {
        Map<String, Double> waited = new HashMap<>();
        members.forEach(member -> waited.merge(member.name(), member.waitedSeconds(), Math::max));
        return waited;
    }

    private static String line(ClusterMetrics.Member member, double waited, double passed) {
        return String.format(
                Locale.ROOT,
                "%s is slow: the others waited %.1f of %.1f s for it, its share of the work is %.0f %%",
                member.name(),
                waited,
                passed,
                100 * member.share());
    }
}
