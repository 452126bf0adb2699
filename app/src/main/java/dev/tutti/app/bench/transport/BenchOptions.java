package dev.tutti.app.bench.transport;

import dev.tutti.files.InputException;
import dev.tutti.transport.Streams;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What to measure; what one side is not told it takes from the other, or from {@link #DEFAULT}.
 *
 * @param bytes lengths of the vectors
 * @param carriers what carries them
 * @param udpMtu payload of the largest datagram in bytes
 * @param seconds length of a line of the table
 */
public record BenchOptions(
        Optional<List<Integer>> bytes,
        Optional<List<Carrier>> carriers,
        Optional<Integer> udpMtu,
        Optional<Double> seconds) {
    /** Nothing given. */
    public static final BenchOptions NONE =
            new BenchOptions(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** Used where neither side says anything else. */
    public static final BenchOptions DEFAULT = new BenchOptions(
            Optional.of(List.of(19_000, 400_000, 2_700_000, 40_000_000)),
            Optional.of(List.of(Carrier.UDP, Carrier.TCP)),
            Optional.of(1408),
            Optional.of(3.0));

    private static final int MOST_BYTES = 1 << 30;

    /** @throws InputException if something is out of range */
    public BenchOptions {
        for (int length : bytes.orElse(List.of())) {
            check(
                    length >= Float.BYTES && length <= MOST_BYTES && length % Float.BYTES == 0,
                    "--bytes",
                    length,
                    "multiples of 4 from 4 to " + MOST_BYTES);
        }
        udpMtu.ifPresent(mtu -> Streams.DATAGRAM_BYTES.require("--udp-mtu", mtu));
        seconds.ifPresent(length -> check(length > 0 && length <= 3600, "--seconds", length, "above 0 and up to 3600"));
    }

    /** Returns these, and for what is not given the others. */
    public BenchOptions or(BenchOptions others) {
        return new BenchOptions(
                bytes.or(others::bytes),
                carriers.or(others::carriers),
                udpMtu.or(others::udpMtu),
                seconds.or(others::seconds));
    }

    /** What the other side is told. */
    String line() {
        return words(bytes) + " " + words(carriers) + " "
                + udpMtu.map(String::valueOf).orElse("-") + " "
                + seconds.map(String::valueOf).orElse("-");
    }

    /** @throws RuntimeException if it is no such line */
    static BenchOptions parse(String line) {
        String[] words = line.split(" ", -1);
        return new BenchOptions(
                given(words[0])
                        .map(list -> Arrays.stream(list.split(",", -1))
                                .map(Integer::valueOf)
                                .toList()),
                given(words[1])
                        .map(list -> Arrays.stream(list.split(",", -1))
                                .map(Carrier::valueOf)
                                .toList()),
                given(words[2]).map(Integer::valueOf),
                given(words[3]).map(Double::valueOf));
    }

    private static Optional<String> given(String word) {
        return word.equals("-") ? Optional.empty() : Optional.of(word);
    }

    private static String words(Optional<? extends List<?>> list) {
        return list.map(values -> values.stream().map(String::valueOf).collect(Collectors.joining(",")))
                .orElse("-");
    }

    private static void check(boolean allowed, String option, Object value, String range) {
        if (!allowed) {
            throw new InputException(option + " out of range: " + value + ", allowed: " + range);
        }
    }
}
