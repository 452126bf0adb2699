package dev.tutti.coordinator.transport;

import dev.tutti.transport.StreamClosedException;
import java.util.List;

/** Connections to some members have ended: a new generation without them is needed. */
public final class MembersLostException extends StreamClosedException {
    private static final long serialVersionUID = 1L;

    private final transient List<Integer> members;

    MembersLostException(List<Integer> members, String reason) {
        super(reason);
        this.members = members;
    }

    /** Their numbers. */
    public List<Integer> members() {
        return members;
    }
}
