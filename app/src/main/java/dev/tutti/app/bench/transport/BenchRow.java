package dev.tutti.app.bench.transport;

import java.util.Locale;

/**
 * A line of the table.
 *
 * @param carrier what carried the vectors
 * @param peers number of peers
 * @param bytes length of a vector
 * @param direction which way they went
 * @param megabytesPerSecond what the host that is bound sent, or received, of all peers' vectors, while it did: 10^6
 *     bytes
 * @param roundTripMicrosP50 median time until the vectors of all peers were back ({@link Direction#ONE}) or exchanged
 * @param roundTripMicrosP99 the same of the slowest hundredth
 * @param rounds number of rounds measured
 */
public record BenchRow(
        Carrier carrier,
        int peers,
        int bytes,
        Direction direction,
        double megabytesPerSecond,
        double roundTripMicrosP50,
        double roundTripMicrosP99,
        long rounds) {
    /** What the other side is told. */
    String line() {
        return String.format(
                Locale.ROOT,
                "%s %d %d %s %s %s %s %d",
                carrier,
                peers,
                bytes,
                direction,
                megabytesPerSecond,
                roundTripMicrosP50,
                roundTripMicrosP99,
                rounds);
    }

    static BenchRow parse(String line) {
        String[] words = line.split(" ", -1);
        return new BenchRow(
                Carrier.valueOf(words[0]),
                Integer.parseInt(words[1]),
                Integer.parseInt(words[2]),
                Direction.valueOf(words[3]),
                Double.parseDouble(words[4]),
                Double.parseDouble(words[5]),
                Double.parseDouble(words[6]),
                Long.parseLong(words[7]));
    }
}
