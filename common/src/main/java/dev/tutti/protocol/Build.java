package dev.tutti.protocol;

import dev.tutti.wire.FrameFlyweight;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Properties;

/**
 * Which Tutti a process is. All members of a cluster must be the same: a worker that does not know an option of the network
 * would train other bits and never say so.
 *
 * @param version version of the product, such as {@code 0.1.0}
 * @param protocol number of the messages' version, {@link #PROTOCOL}
 * @param wire number of the frames' version, {@link FrameFlyweight#VERSION}
 */
public record Build(String version, int protocol, int wire) {
    /**
     * To be raised with every change of the messages, or of what they mean for the bits of a model. Builds that did not say what
     * they are count as 1.
     */
    public static final int PROTOCOL = 6;

    private static final Build CURRENT = new Build(readVersion(), PROTOCOL, FrameFlyweight.VERSION);

    /** The build of this process. */
    public static Build current() {
        return CURRENT;
    }

    /**
     * Says why a coordinator and a worker cannot work together.
     *
     * @param coordinator the coordinator's build; null where it does not say, as before protocol 2
     * @param worker the worker's build; null where it does not say
     * @return one line that says which side to update; empty where both are the same
     */
    public static Optional<String> mismatch(Build coordinator, Build worker) {
        if (coordinator != null && coordinator.equals(worker)) {
            return Optional.empty();
        }
        boolean olderCoordinator = isOlder(coordinator, worker);
        return Optional.of("the coordinator is " + name(coordinator) + ", the worker " + name(worker)
                + ", and all of a cluster must be the same; update the "
                + (olderCoordinator ? "coordinator" : "worker"));
    }

    private static String name(Build build) {
        return build == null
                ? "older and does not say its version"
                : "tutti " + build.version + " (protocol " + build.protocol + ", wire " + build.wire + ")";
    }

    /** Where nobody can say which of two is older, the coordinator is right. */
    private static boolean isOlder(Build one, Build other) {
        if (one == null || other == null) {
            return one == null && other != null;
        }
        if (one.protocol != other.protocol) {
            return one.protocol < other.protocol;
        }
        if (one.wire != other.wire) {
            return one.wire < other.wire;
        }
        return compareVersions(one.version, other.version) < 0;
    }

    /** By the numbers in them, from the left. */
    private static int compareVersions(String one, String other) {
        String[] parts = one.split("\\D+", -1);
        String[] others = other.split("\\D+", -1);
        for (int i = 0; i < Math.min(parts.length, others.length); i++) {
            int order = Long.compare(number(parts[i]), number(others[i]));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(parts.length, others.length);
    }

    private static long number(String digits) {
        return digits.isEmpty() || digits.length() > 18 ? 0 : Long.parseLong(digits);
    }

    private static String readVersion() {
        Properties properties = new Properties();
        try (InputStream in = Build.class.getResourceAsStream("build.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }
}
