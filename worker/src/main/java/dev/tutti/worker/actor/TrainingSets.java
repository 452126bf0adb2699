package dev.tutti.worker.actor;

import dev.tutti.data.Dataset;

/**
 * The training set that a process holds, by the fingerprint of its content, so that a worker which joins a new generation, or
 * shares the coordinator's process, is not sent it again. Thread-safe.
 */
public final class TrainingSets {
    private String fingerprint;
    private Dataset training;

    /** Holds nothing yet. */
    public TrainingSets() {}

    /** Keeps one training set, in place of the last. */
    public synchronized void put(String fingerprint, Dataset training) {
        this.fingerprint = fingerprint;
        this.training = training;
    }

    /** Returns the training set with this fingerprint, or null. */
    public synchronized Dataset get(String fingerprint) {
        return fingerprint.equals(this.fingerprint) ? training : null;
    }
}
