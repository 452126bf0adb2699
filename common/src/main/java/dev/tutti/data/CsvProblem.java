package dev.tutti.data;

/** Bytes that are no CSV, found somewhere below the reader, which knows the name of the file. */
final class CsvProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long line;

    /**
     * @param line where, counted from 1
     * @param message what is wrong and what to do, without the place
     */
    CsvProblem(long line, String message) {
        super(message, null, false, false);
        this.line = line;
    }

    long line() {
        return line;
    }
}
