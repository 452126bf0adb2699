package dev.tutti.app.cluster;

import dev.tutti.config.Endpoint;
import dev.tutti.files.InputException;
import java.util.function.UnaryOperator;

/**
 * Where to look for the coordinator next. When a network comes back names are often unknown for longer, and what is remembered of
 * the failed look-ups makes it longer still; so the address where the coordinator was last takes turns with its name.
 */
final class Whereabouts {
    private final Endpoint name;
    private final UnaryOperator<Endpoint> resolve;
    private Endpoint last;
    private boolean askForName;

    /**
     * @param name of the coordinator, as the user gave it
     * @param resolve returns it with the IP address, or throws an {@link InputException}
     */
    Whereabouts(Endpoint name, UnaryOperator<Endpoint> resolve) {
        this.name = name;
        this.resolve = resolve;
    }

    /**
     * Returns an address to try.
     *
     * @throws InputException if the name is unknown and the coordinator was not seen yet
     */
    Endpoint next() {
        if (last == null) {
            return resolve.apply(name);
        }
        boolean byName = askForName;
        askForName = !byName;
        return byName ? byNameOrLast() : last;
    }

    private Endpoint byNameOrLast() {
        try {
            return resolve.apply(name);
        } catch (InputException e) {
            return last;
        }
    }

    /** The coordinator is there. */
    void found(Endpoint address) {
        last = address;
        askForName = false;
    }

    /** What is there is no coordinator. */
    void forget() {
        last = null;
    }
}
