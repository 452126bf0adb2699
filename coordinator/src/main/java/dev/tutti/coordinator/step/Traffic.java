package dev.tutti.coordinator.step;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Vectors that went to and came from each member, by its name, for as long as the job lasts: gradients in, weights out. Work, samples and
 * what is sent again do not count. Owned by the step loop's thread; counting allocates nothing.
 */
final class Traffic {
    private final long receivedVectorBytes;
    private final long sentVectorBytes;
    private final Map<String, Counts> byName = new HashMap<>();
    private Counts[] members = {};

    private static final class Counts {
        long received;
        long sent;
    }

    /**
     * @param parameters number of elements of a vector
     * @param gradientBytes bytes of an element of a gradient on its way; of weights it has 4
     */
    Traffic(int parameters, int gradientBytes) {
        receivedVectorBytes = (long) parameters * gradientBytes;
        sentVectorBytes = (long) parameters * Float.BYTES;
    }

    /** A generation begins, of members with these names. */
    void enter(List<String> names) {
        members = names.stream()
                .map(name -> byName.computeIfAbsent(name, of -> new Counts()))
                .toArray(Counts[]::new);
    }

    /** A gradient came. */
    void onReceived(int member) {
        members[member].received++;
    }

    /** Weights go to all members. */
    void onBroadcast() {
        for (Counts member : members) {
            member.sent++;
        }
    }

    /** Size of the gradients of a member. */
    long receivedBytes(int member) {
        return members[member].received * receivedVectorBytes;
    }

    /** Size of the weights sent to a member. */
    long sentBytes(int member) {
        return members[member].sent * sentVectorBytes;
    }
}
