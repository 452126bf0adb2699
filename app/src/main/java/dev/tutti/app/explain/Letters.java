package dev.tutti.app.explain;

/** Whose letters. */
public enum Letters {
    /** Those of the lecture that an exercise follows. */
    LECTURE,
    /** Those of Tutti's sources. */
    TUTTI
}
