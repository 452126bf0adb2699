package dev.tutti.data;

/** What data is read for. */
public enum Purpose {
    /** To train on. Rows without a target are left out. */
    TRAIN,
    /** To be compared with what a model says. Rows without a target are left out. */
    EVALUATE,
    /** To hear what a model says. Targets do not matter, and no row is left out. */
    PREDICT
}
