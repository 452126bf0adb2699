package dev.tutti.app.service;

/**
 * How a training is asked to stop: its thread is interrupted, once. Not while a cluster is being started: what is half open then could
 * not be closed, and the service lives on. Thread-safe.
 */
public final class StopRequest {
    private Thread thread;
    private boolean asked;
    private boolean delivered;
    private volatile boolean held;

    /** The thread that trains. */
    synchronized void of(Thread trains) {
        thread = trains;
    }

    /** The training is to stop; asking again changes nothing. */
    synchronized void ask() {
        asked = true;
        deliver();
    }

    /** Whether it was asked to stop. */
    synchronized boolean isAsked() {
        return asked;
    }

    /**
     * From here on the thread that trains must not be interrupted.
     *
     * @throws InterruptedException if it was asked to stop
     */
    synchronized void hold() throws InterruptedException {
        if (asked) {
            delivered = true;
            throw new InterruptedException();
        }
        held = true;
    }

    /** It may be interrupted again; from any thread, as often as one likes. */
    void release() {
        if (held) {
            synchronized (this) {
                held = false;
                deliver();
            }
        }
    }

    private void deliver() {
        if (asked && !held && !delivered) {
            delivered = true;
            thread.interrupt();
        }
    }
}
