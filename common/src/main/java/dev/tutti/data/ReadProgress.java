package dev.tutti.data;

/** Is told how much of the data has been read. */
@FunctionalInterface
public interface ReadProgress {
    /** Nobody wants to know. */
    ReadProgress NONE = (source, bytes, of) -> {};

    /**
     * Takes note. Called on the thread that reads, some times in a second at most for large files.
     *
     * @param source what is read, as the user named it
     * @param bytes that have been read
     * @param of so many
     */
    void read(String source, long bytes, long of);
}
