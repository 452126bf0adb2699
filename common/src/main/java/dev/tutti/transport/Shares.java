package dev.tutti.transport;

/**
 * Who adds up which of the parameters, where the members average: each owner a run of neighbours, about as many as any other. Owners
 * are the members, by their numbers, and perhaps the coordinator, whose number as an owner is that of the members.
 *
 * @param parameters number of parameters
 * @param members number of members, at least 1
 * @param coordinatorOwns whether the coordinator has a share too: where it has a link of its own, which would lie idle else
 * @param feeder the member that sends the coordinator the whole sum, as it is on the coordinator's machine; -1 where each
 *     owner sends it its share
 */
public record Shares(int parameters, int members, boolean coordinatorOwns, int feeder) {
    /** Shares begin at multiples of so many floats: a line of the processor's caches. */
    private static final int LINE = 16;

    /** There is no feeder. */
    public static final int NONE = -1;

    /** @throws IllegalArgumentException if a number is out of range, or the coordinator owns what it is fed */
    public Shares {
        if (parameters < 1 || members < 1 || feeder < NONE || feeder >= members || coordinatorOwns && feeder != NONE) {
            throw new IllegalArgumentException("no shares: parameters=" + parameters + ", members=" + members
                    + ", coordinatorOwns=" + coordinatorOwns + ", feeder=" + feeder);
        }
    }

    /** Number of owners. */
    public int owners() {
        return coordinatorOwns ? members + 1 : members;
    }

    /** The coordinator's number as an owner, though it may not be one. */
    public int coordinator() {
        return members;
    }

    /** First parameter of an owner's share. */
    public int start(int owner) {
        if (owner >= owners()) {
            return parameters;
        }
        long lines = (parameters + (LINE - 1L)) / LINE;
        return (int) Math.min(parameters, lines * owner / owners() * LINE);
    }

    /** Number of parameters of an owner's share; 0 of a coordinator that is no owner. */
    public int length(int owner) {
        return owner >= owners() ? 0 : start(owner + 1) - start(owner);
    }
}
