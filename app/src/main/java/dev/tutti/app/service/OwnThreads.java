package dev.tutti.app.service;

import dev.tutti.app.service.ServiceException.Kind;
import java.util.List;

/** The threads of this process, which come and go with it. */
final class OwnThreads implements Workforce {
    private static final String NAME = "embedded";

    private final int threads;
    private final long beganNs = System.nanoTime();

    OwnThreads(int threads) {
        this.threads = threads;
    }

    @Override
    public boolean processes() {
        return false;
    }

    @Override
    public boolean allowsFaults() {
        return false;
    }

    @Override
    public List<Worker> workers() {
        return List.of(new Worker(NAME, "", threads, (System.nanoTime() - beganNs) / 1e9, false, false));
    }

    @Override
    public void leaveOut(String name, boolean out) {
        throw refused();
    }

    @Override
    public void fault(String name, Fault fault) {
        throw refused();
    }

    private static ServiceException refused() {
        return new ServiceException(
                Kind.CONFLICT,
                "the threads of the service do all the work; start it with --coordinator-bind or --allow-faults to have"
                        + " workers that can be missed");
    }
}
