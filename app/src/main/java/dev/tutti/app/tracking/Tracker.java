package dev.tutti.app.tracking;

import dev.tutti.train.TrainingListener;

/** Tells others about a run. What cannot be told ends no training: it is logged once. */
public interface Tracker extends TrainingListener, AutoCloseable {
    /** How a run has ended. */
    enum End {
        /** All epochs are done. */
        FINISHED,
        /** It cannot go on. */
        FAILED,
        /** Somebody stopped it; it may go on later. */
        KILLED
    }

    /** How it has ended, if otherwise than {@link End#KILLED}; before {@link #close}. */
    void end(End end);

    @Override
    void close();
}
