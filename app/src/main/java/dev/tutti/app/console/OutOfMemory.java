package dev.tutti.app.console;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** What to say when memory did not suffice: for what, what is known to be large, and what to do. Thread-safe. */
public final class OutOfMemory {
    private static final long GIGABYTE = 1L << 30;

    /** Room that is suggested for each byte that is known to be needed: workers, gradients and checkpoints hold copies. */
    private static final int COPIES = 8;

    private static final String OURS = "dev.tutti.";

    /** By the package of the innermost method of ours. */
    private static final Map<String, String> PARTS = Map.of(
            "data", "the samples",
            "model", "the weights",
            "optim", "the optimizer's state",
            "train", "the weights and the optimizer's state",
            "kernel", "the kernel's buffers",
            "reduce", "the gradients",
            "checkpoint", "a checkpoint",
            "worker", "a worker's buffers",
            "coordinator", "the coordinator's buffers");

    /** What this process knows to be large, with the bytes of each copy. */
    private static final Map<String, Long> SIZES = new ConcurrentSkipListMap<>();

    private OutOfMemory() {}

    /**
     * Keeps in mind how large something is that is about to be read or made.
     *
     * @param what for users: {@code training set}
     * @param bytes of one copy of it
     */
    public static void note(String what, long bytes) {
        SIZES.put(what, bytes);
    }

    /** Forgets all sizes: another run begins. */
    public static void forget() {
        SIZES.clear();
    }

    /** The error in {@code failure} or its causes, if memory is what it was about. */
    public static Optional<OutOfMemoryError> in(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < 20; depth++) {
            if (cause instanceof OutOfMemoryError error) {
                return Optional.of(error);
            }
            cause = cause.getCause();
        }
        return Optional.empty();
    }

    /** One line about {@code error} in this process. */
    public static String describe(OutOfMemoryError error) {
        return describe(error, Runtime.getRuntime().maxMemory(), SIZES);
    }

    /**
     * One line for users.
     *
     * @param error where it happened
     * @param maxHeapBytes size of the heap
     * @param sizes bytes of what is known to be large
     */
    public static String describe(OutOfMemoryError error, long maxHeapBytes, Map<String, Long> sizes) {
        if (String.valueOf(error.getMessage()).contains("native thread")) {
            return "out of memory: the system gives this process no more threads; end other processes, or raise its limits"
                    + " (ulimit -u, or pids of the container)";
        }
        List<String> known = new ArrayList<>();
        sizes.forEach((what, bytes) -> known.add(what + " " + megabytes(bytes)));
        long needed = sizes.values().stream().mapToLong(Long::longValue).sum() * COPIES;
        long gigabytes = (Math.max(2 * maxHeapBytes, needed) + GIGABYTE - 1) / GIGABYTE;
        return "out of memory: the heap of " + megabytes(maxHeapBytes) + " has no room for "
                + part(error).orElse("all that is needed")
                + (known.isEmpty() ? "" : " (each copy: " + String.join(", ", known) + ")")
                + "; give it more: TUTTI_JAVA_OPTS=-Xmx" + gigabytes + "g, or take a smaller network or data set";
    }

    private static Optional<String> part(OutOfMemoryError error) {
        return Arrays.stream(error.getStackTrace())
                .map(StackTraceElement::getClassName)
                .filter(name -> name.startsWith(OURS))
                .map(name -> PARTS.get(name.substring(OURS.length()).replaceFirst("\\..*", "")))
                .filter(part -> part != null)
                .findFirst();
    }

    private static String megabytes(long bytes) {
        return bytes < 10 << 20
                ? String.format(Locale.ROOT, "%.1f MB", bytes / (double) (1 << 20))
                : (bytes >> 20) + " MB";
    }
}
