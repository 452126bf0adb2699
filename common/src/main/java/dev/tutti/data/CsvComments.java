package dev.tutti.data;

import java.util.ArrayList;
import java.util.List;

/**
 * The lines above the first record of a CSV that begin with {@code #}. A cell may begin so as well ({@code #N/A}, {@code #ff0000}):
 * inside of the data such lines are rows like all others, and so are those right above it that look like rows.
 */
final class CsvComments {
    private final byte[] bytes;
    private final int start;
    private final int end;
    private final int fileEnd;
    private final List<Integer> lines;

    private CsvComments(byte[] bytes, int start, int end, int fileEnd, List<Integer> lines) {
        this.bytes = bytes;
        this.start = start;
        this.end = end;
        this.fileEnd = fileEnd;
        this.lines = lines;
    }

    /** Finds them at the beginning of {@code bytes}. */
    static CsvComments above(byte[] bytes, int start, int end) {
        List<Integer> lines = new ArrayList<>();
        int at = start;
        while (at < end) {
            int text = at;
            while (text < end && bytes[text] == ' ') {
                text++;
            }
            if (bytes[at] == '#') {
                lines.add(at);
            } else if (text < end && bytes[text] != '\n' && bytes[text] != '\r') {
                break;
            }
            at = behindLine(bytes, at, end);
        }
        return new CsvComments(bytes, start, at, end, lines);
    }

    private static int behindLine(byte[] bytes, int from, int end) {
        int i = from;
        while (i < end && bytes[i] != '\n' && bytes[i] != '\r') {
            i++;
        }
        return i + 1 < end && bytes[i] == '\r' && bytes[i + 1] == '\n' ? i + 2 : Math.min(end, i + 1);
    }

    /** Index of the first line that is neither empty nor begins with {@code #}. */
    int end() {
        return end;
    }

    /** Index where the records begin. */
    int firstRecord(CsvDialect dialect) {
        if (lines.isEmpty()) {
            return start;
        }
        List<List<String>> below = CsvDialect.records(bytes, end, fileEnd, dialect, 1);
        int first = end;
        for (int i = lines.size() - 1; i >= 0 && isRow(lines.get(i), below, dialect); i--) {
            first = lines.get(i);
        }
        return first;
    }

    /** Whether a line has the cells of the first record below, with numbers behind the first cell. */
    private boolean isRow(int line, List<List<String>> below, CsvDialect dialect) {
        List<List<String>> found = CsvDialect.records(bytes, line, behindLine(bytes, line, fileEnd), dialect, 1);
        if (found.isEmpty()) {
            return false;
        }
        List<String> cells = found.get(0);
        List<String> others = cells.subList(1, cells.size());
        boolean row = others.stream().anyMatch(Cell::isNumber)
                && others.stream().allMatch(cell -> Cell.isNumber(cell) || Cell.isMissing(cell));
        if (!row || below.isEmpty()) {
            return row;
        }
        List<String> first = below.get(0);
        boolean isRemark = cells.get(0).matches("#+\\s.*|#+") && Cell.isNumber(first.get(0));
        return first.size() == cells.size() && first.stream().anyMatch(Cell::isNumber) && !isRemark;
    }

    /** Number of the line at an index, counted from 1. */
    long lineOf(int index) {
        long line = 1;
        for (int at = start; at < index; at = behindLine(bytes, at, fileEnd)) {
            line++;
        }
        return line;
    }
}
