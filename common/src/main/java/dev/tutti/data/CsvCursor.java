package dev.tutti.data;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Walks through the cells of whole records of a CSV, which lie in an array. Nothing is copied: a cell is a range of the array. Empty
 * lines are no records.
 */
final class CsvCursor {
    private final CsvDialect dialect;
    private final byte separator;
    private byte[] bytes = {};
    private int position;
    private int end;
    private long line;
    private long nextLine;

    private int from;
    private int to;
    private boolean doubledQuotes;
    private boolean last;
    private byte[] unquoted = {};

    CsvCursor(CsvDialect dialect) {
        this.dialect = dialect;
        this.separator = dialect.separator();
    }

    /**
     * Begins with other bytes.
     *
     * @param newBytes they begin and end with a record
     * @param newFrom index of the first
     * @param newEnd behind the last
     * @param firstLine number of their first line
     */
    CsvCursor wrap(byte[] newBytes, int newFrom, int newEnd, long firstLine) {
        bytes = newBytes;
        position = newFrom;
        end = newEnd;
        nextLine = firstLine;
        return this;
    }

    /** Goes to the next record; false at the end. Its first cell is that of {@link #nextCell}. */
    boolean nextRecord() {
        position = dialect.skipNoRecords(bytes, position, end, this);
        line = nextLine;
        last = false;
        return position < end;
    }

    /** Goes to the next cell of the record, of which there is one at least; {@link #isLast} tells if it is its last. */
    void nextCell() {
        int i = position;
        byte[] b = bytes;
        while (i < end && dialect.isBlank(b[i])) {
            i++;
        }
        if (i < end && b[i] == '"') {
            quotedCell(i + 1);
            return;
        }
        doubledQuotes = false;
        from = i;
        int stop = end;
        byte mark = separator;
        while (i < stop) {
            byte c = b[i];
            if (c == mark || (c <= '\r' && (c == '\n' || c == '\r'))) {
                break;
            }
            i++;
        }
        to = i;
        trimEnd();
        endCell(i);
    }

    private void quotedCell(int start) {
        int i = start;
        doubledQuotes = false;
        while (true) {
            if (i >= end) {
                throw CsvDialect.unclosedQuote(line);
            }
            byte c = bytes[i];
            if (c == '"') {
                if (i + 1 >= end || bytes[i + 1] != '"') {
                    break;
                }
                doubledQuotes = true;
                i++;
            } else if (c == '\n' || (c == '\r' && (i + 1 >= end || bytes[i + 1] != '\n'))) {
                nextLine++;
            }
            i++;
        }
        from = start;
        to = i++;
        while (from < to && isSpace(bytes[from])) {
            from++;
        }
        trimEnd();
        while (i < end && bytes[i] != separator && dialect.isBlank(bytes[i])) {
            i++;
        }
        if (i < end && bytes[i] != separator && bytes[i] != '\n' && bytes[i] != '\r') {
            throw new CsvProblem(
                    line,
                    "not a CSV: Unexpected character after closing quote: '" + shown(bytes[i])
                            + "'; check the quotes of the row that begins there");
        }
        endCell(i);
    }

    private static char shown(byte c) {
        return c > ' ' && c < 0x7F ? (char) c : '?';
    }

    private void trimEnd() {
        while (to > from && isSpace(bytes[to - 1])) {
            to--;
        }
    }

    private static boolean isSpace(byte c) {
        return c >= 0 && c <= ' ';
    }

    /** Goes behind the separator or the end of the line at {@code at}. */
    private void endCell(int at) {
        int i = at;
        if (separator == ' ') {
            while (i < end && dialect.isBlank(bytes[i])) {
                i++;
            }
            if (i < end && bytes[i] != '\n' && bytes[i] != '\r') {
                position = i;
                return;
            }
        } else if (i < end && bytes[i] == separator) {
            position = i + 1;
            return;
        }
        last = true;
        if (i < end && bytes[i] == '\r') {
            i++;
            i += i < end && bytes[i] == '\n' ? 1 : 0;
            nextLine++;
        } else if (i < end) {
            i++;
            nextLine++;
        }
        position = i;
    }

    /** Skips what is left of the record. */
    void skipCells() {
        while (!last) {
            nextCell();
        }
    }

    /** Takes note of a line that is no record. */
    void countLine() {
        nextLine++;
    }

    /** Whether the cell is the last of its record. */
    boolean isLast() {
        return last;
    }

    /** Line in which the record begins. */
    long line() {
        return line;
    }

    /** Line in which the next record, or what is before it, begins. */
    long nextLine() {
        return nextLine;
    }

    /** Index behind what was read. */
    int position() {
        return position;
    }

    /** The number in the cell; NaN if there is none, an infinity if it is out of range. */
    float number() {
        return doubledQuotes ? Float.NaN : Decimal.parse(bytes, from, to, dialect.decimal());
    }

    /** Whether the cell holds one of the ways to write that there is no value. */
    boolean isMissing() {
        return Cell.isMissing(bytes, from, to);
    }

    /** Finds the cell among levels; -1 if it is none of them. */
    int find(Levels levels) {
        resolveQuotes();
        return doubledQuotes ? levels.find(unquoted, 0, unquoted.length) : levels.find(bytes, from, to);
    }

    /**
     * Adds the cell to levels.
     *
     * @throws CsvProblem if it is not UTF-8
     */
    int add(Levels levels, long place) {
        resolveQuotes();
        byte[] text = doubledQuotes ? unquoted : Arrays.copyOfRange(bytes, from, to);
        decode(text, 0, text.length, line);
        return levels.add(text, place, dialect.decimal());
    }

    private void resolveQuotes() {
        if (doubledQuotes) {
            unquoted = text().getBytes(StandardCharsets.UTF_8);
        }
    }

    /**
     * Returns the cell as text.
     *
     * @throws CsvProblem if it is not UTF-8
     */
    String text() {
        String text = decode(bytes, from, to - from, line);
        return (doubledQuotes ? text.replace("\"\"", "\"") : text).strip();
    }

    /** @throws CsvProblem if the bytes are not UTF-8 */
    static String decode(byte[] bytes, int offset, int length, long line) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, offset, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new CsvProblem(line, "not UTF-8 text; save it as UTF-8");
        }
    }
}
