package dev.tutti.coordinator.step;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How much went to and came from each member, by its name, for as long as the job lasts: gradients in; weights, or the share of the mean
 * that the coordinator makes, out. Work, samples and what is sent again do not count. Owned by the step loop's thread; counting
 * allocates nothing.
 */
final class Traffic {
    private final int gradientBytes;
    private final Map<String, Counts> byName = new HashMap<>();
    private Counts[] members = {};

    private static final class Counts {
        long received;
        long sent;
    }

    /** @param gradientBytes bytes of an element of a gradient on its way; of weights it has 4 */
    Traffic(int gradientBytes) {
        this.gradientBytes = gradientBytes;
    }

    /** A generation begins, of members with these names. */
    void enter(List<String> names) {
        members = names.stream()
                .map(name -> byName.computeIfAbsent(name, of -> new Counts()))
                .toArray(Counts[]::new);
    }

    /** A gradient of so many elements came. */
    void onReceived(int member, int elements) {
        members[member].received += elements;
    }

    /** So many elements go to all members. */
    void onSent(int elements) {
        for (Counts member : members) {
            member.sent += elements;
        }
    }

    /** Bytes of the gradients of a member. */
    long receivedBytes(int member) {
        return members[member].received * gradientBytes;
    }

    /** Bytes of what was sent to a member. */
    long sentBytes(int member) {
        return members[member].sent * Float.BYTES;
    }
}
