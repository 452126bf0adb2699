package dev.tutti.data;

import dev.tutti.files.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The beginning of a CSV: how it is written, what its columns are called, and some rows to guess by.
 *
 * @param dialect how it is written
 * @param names of the columns; empty without a header
 * @param rows some first ones below the header; the texts of cells that are no UTF-8 are not looked at here
 * @param columns number of cells of the first record; 0 if there is none
 * @param firstLine line of the first record, counted from 1
 * @param offset bytes before the first row
 * @param line line in which these end
 */
record CsvHead(
        CsvDialect dialect,
        List<String> names,
        List<List<String>> rows,
        int columns,
        long firstLine,
        long offset,
        long line) {
    private static final int USUAL_BYTES = 1 << 18;
    private static final int MOST_ROWS = 1000;
    private static final int ENOUGH_LINES = 8;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    /** How names are told from a row. */
    @FunctionalInterface
    interface HeaderRule {
        boolean holds(List<String> first, List<List<String>> rest);
    }

    /**
     * Reads the beginning of a file.
     *
     * @param file the file, perhaps compressed
     * @param separator that is known, or 0
     * @param known how it is written, where that is known; else null
     * @param rule tells whether the first record holds names
     * @throws CsvProblem if the first record is malformed
     * @throws InputException if the file cannot be read
     */
    static CsvHead read(Path file, char separator, CsvDialect known, HeaderRule rule) {
        byte[] bytes;
        boolean whole;
        try (InputStream in = DataFiles.open(file)) {
            bytes = in.readNBytes(USUAL_BYTES);
            whole = bytes.length < USUAL_BYTES;
            while (!whole && lines(bytes) < ENOUGH_LINES && bytes.length < CsvFile.LONGEST_RECORD) {
                int before = bytes.length;
                byte[] more = in.readNBytes(before);
                bytes = Arrays.copyOf(bytes, before + more.length);
                System.arraycopy(more, 0, bytes, before, more.length);
                whole = more.length < before;
            }
        } catch (IOException e) {
            throw DataFiles.failure(file, e);
        }
        int start = Arrays.equals(bytes, 0, Math.min(3, bytes.length), BYTE_ORDER_MARK, 0, 3) ? 3 : 0;
        return of(bytes, start, whole ? bytes.length : lastLineEnd(bytes), separator, known, rule);
    }

    /** The same without what only the first of several files is needed for. */
    CsvHead withoutRows() {
        return new CsvHead(dialect, names, List.of(), columns, firstLine, offset, line);
    }

    private static CsvHead of(byte[] bytes, int start, int end, char separator, CsvDialect known, HeaderRule rule) {
        CsvComments comments = CsvComments.above(bytes, start, end);
        int sample = comments.end() < end ? comments.end() : start;
        CsvDialect dialect = known != null ? known : CsvDialect.find(bytes, sample, end, separator);
        int record = comments.firstRecord(dialect);
        long recordLine = comments.lineOf(record);
        CsvCursor cursor = new CsvCursor(dialect).wrap(bytes, record, end, recordLine);
        if (!cursor.nextRecord()) {
            return new CsvHead(dialect, List.of(), List.of(), 0, 1, record, recordLine);
        }
        long firstLine = cursor.line();
        cursor.nextCell();
        cursor.text();
        cursor.skipCells();
        List<List<String>> records = CsvDialect.records(bytes, record, end, dialect, MOST_ROWS + 1);
        if (records.isEmpty()) {
            throw new CsvProblem(firstLine, "not UTF-8 text; save it as UTF-8");
        }
        List<String> first = records.get(0);
        List<List<String>> rest = records.subList(1, records.size());
        List<String> comment = namesInComment(bytes, start, record, dialect, records);
        boolean named = !comment.isEmpty() && first.stream().anyMatch(Cell::isNumber);
        if (!named && rule.holds(first, rest)) {
            return new CsvHead(dialect, first, rest, first.size(), firstLine, cursor.position(), cursor.nextLine());
        }
        return new CsvHead(dialect, comment, records, first.size(), firstLine, record, recordLine);
    }

    /** Some programs write {@code # a,b,c} above the rows. */
    private static List<String> namesInComment(
            byte[] bytes, int start, int record, CsvDialect dialect, List<List<String>> rows) {
        int end = record;
        while (end > start && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r')) {
            end--;
        }
        int begin = end;
        while (begin > start && bytes[begin - 1] != '\n' && bytes[begin - 1] != '\r') {
            begin--;
        }
        while (begin < end && bytes[begin] == '#') {
            begin++;
        }
        List<List<String>> found = CsvDialect.records(bytes, begin, end, dialect, 2);
        boolean names = found.size() == 1
                && found.get(0).size() > 1
                && found.get(0).size() == rows.get(0).size()
                && found.get(0).stream().allMatch(Cell::isWord)
                && isDistinct(found.get(0));
        return names ? found.get(0) : List.of();
    }

    /** Whether the first record rather holds names than values, where nothing else is known. */
    static boolean looksLikeHeader(List<String> first, List<List<String>> rest) {
        if (first.stream().anyMatch(Cell::isNumber)) {
            return false;
        }
        if (rest.isEmpty() || isHeaderOverNumbers(first, rest.subList(0, 1))) {
            return true;
        }
        return isHeaderOverNumbers(first, rest) || isHeaderOverWords(first, rest);
    }

    /** Whether there is a name above a column of numbers. */
    static boolean isHeaderOverNumbers(List<String> first, List<List<String>> rest) {
        for (int column = 0; column < first.size(); column++) {
            int at = column;
            boolean numbers = Cell.isWord(first.get(column))
                    && rest.stream().anyMatch(row -> at < row.size() && Cell.isNumber(row.get(at)))
                    && rest.stream()
                            .allMatch(row ->
                                    at >= row.size() || Cell.isNumber(row.get(at)) || Cell.isMissing(row.get(at)));
            if (numbers) {
                return true;
            }
        }
        return false;
    }

    /** Whether none of the words in the first record, which are all different, comes again below. */
    private static boolean isHeaderOverWords(List<String> first, List<List<String>> rest) {
        if (!first.stream().allMatch(Cell::isWord) || !isDistinct(first)) {
            return false;
        }
        for (int column = 0; column < first.size(); column++) {
            int at = column;
            if (rest.stream().anyMatch(row -> at < row.size() && row.get(at).equals(first.get(at)))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDistinct(List<String> cells) {
        Set<String> different = new HashSet<>(cells);
        return different.size() == cells.size();
    }

    private static int lines(byte[] bytes) {
        int lines = 0;
        for (byte b : bytes) {
            lines += b == '\n' || b == '\r' ? 1 : 0;
        }
        return lines;
    }

    private static int lastLineEnd(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] != '\n' && bytes[end - 1] != '\r') {
            end--;
        }
        return end == 0 ? bytes.length : end;
    }
}
