package dev.tutti.app.command;

import dev.tutti.files.InputException;
import java.util.Arrays;
import java.util.List;

/** Checks of what benchmarks are given, before anything is measured. */
final class BenchNetwork {
    /** Virtual machines give no longer arrays. */
    private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

    private BenchNetwork() {}

    /** Returns the sizes of {@code 784-128-10}. */
    static List<Integer> sizes(String network) {
        try {
            return Arrays.stream(network.split("-", -1)).map(Integer::valueOf).toList();
        } catch (NumberFormatException e) {
            throw new InputException("--network: not a list of sizes: \"" + network + "\"; give it as 784-128-10", e);
        }
    }

    /**
     * Checks that the random samples fit into an array.
     *
     * @param network as it was given
     * @param batch number of samples of a mini-batch
     * @param valuesPerSample values that are held for each of them
     * @throws InputException if they do not fit
     */
    static void checkFits(String network, int batch, long valuesPerSample) {
        long most = LONGEST_ARRAY / Math.max(1, valuesPerSample);
        if (batch > most) {
            throw new InputException(
                    "--batch out of range: " + batch + ", allowed for network " + network + ": 1 to " + most);
        }
    }
}
