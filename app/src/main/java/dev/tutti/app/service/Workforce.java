package dev.tutti.app.service;

import java.util.List;

/** Who does the work of a service, and what people may do to them. From any thread. */
public interface Workforce {
    /** What is done to a process, to see that it does no harm. */
    enum Fault {
        /** It ends at once, as by {@code kill -9}; another is started in its place. */
        KILL,
        /** It stands still for some seconds, and goes on. */
        FREEZE
    }

    /**
     * A process that computes.
     *
     * @param name its name
     * @param host name or address of its machine; empty where that is the service's own
     * @param threads number of its compute threads
     * @param seconds since when it is here
     * @param leftOut whether jobs do without it, as somebody has asked for
     * @param mayFail whether {@link #fault} may be done to it
     */
    record Worker(String name, String host, int threads, double seconds, boolean leftOut, boolean mayFail) {}

    /** Whether these are processes, which join and leave; otherwise threads of this one. */
    boolean processes();

    /** Whether some of them are there to be killed. */
    boolean allowsFaults();

    /** Those that are here. */
    List<Worker> workers() throws InterruptedException;

    /**
     * Does without a worker, or takes it back.
     *
     * @throws ServiceException if there is none of that name, or it does all the work
     */
    void leaveOut(String name, boolean out) throws InterruptedException;

    /**
     * Does something bad to a worker.
     *
     * @throws ServiceException if there is none of that name that this may be done to
     */
    void fault(String name, Fault fault) throws InterruptedException;
}
