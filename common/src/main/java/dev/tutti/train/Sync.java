package dev.tutti.train;

import java.util.Locale;

/** When weights are updated and broadcast. */
public enum Sync {
    /** After every global batch: synchronous SGD. */
    STEP,
    /** Once an epoch, from the gradients of all its samples: full-batch gradient descent. */
    EPOCH,
    /** After some steps of each replica, made with its own weights, which are then averaged: local SGD. */
    LOCAL;

    /** Returns the name used in settings and files. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
