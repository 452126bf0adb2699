package dev.tutti.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How a CSV is written. Empty lines, and lines of blanks alone, are no records.
 *
 * @param separator between cells; a blank stands for any number of blanks and tabs
 * @param decimal mark of decimal numbers: a point or a comma
 */
record CsvDialect(byte separator, byte decimal) {
    /** Commas between the cells, points in numbers. */
    static final CsvDialect USUAL = new CsvDialect((byte) ',', (byte) '.');

    /** Cells of the longest record that is read. */
    static final int MOST_COLUMNS = 1 << 20;

    /** Records that are looked at. */
    private static final int SAMPLE = 200;

    /** In the order in which they are preferred. */
    private static final byte[] CANDIDATES = {',', ';', '\t', '|', ' '};

    /**
     * Finds out how a file is written: the separator is the one that cuts the records most evenly, and into the most numbers.
     *
     * @param head the beginning of the file, whole records
     * @param length number of its bytes
     * @param wanted separator that is known, or 0
     */
    static CsvDialect find(byte[] head, int from, int length, char wanted) {
        CsvDialect best = null;
        CsvDialect rival = null;
        double highest = 0;
        double highestOfRivals = 0;
        long numbers = 0;
        long numbersOfRival = 0;
        boolean even = false;
        for (byte separator : wanted == 0 ? CANDIDATES : new byte[] {(byte) wanted}) {
            List<List<String>> records = records(head, from, length, new CsvDialect(separator, (byte) '.'), SAMPLE);
            CsvDialect dialect = new CsvDialect(separator, decimal(separator, records));
            double score = score(records, dialect);
            boolean isEven = score > 0 && isEven(head, from, length, dialect, records);
            if (score > highest) {
                best = dialect;
                highest = score;
                numbers = numbers(records, dialect);
                even = isEven;
            }
            if (separator != ',' && separator != ' ' && isEven && score > highestOfRivals) {
                rival = dialect;
                highestOfRivals = score;
                numbersOfRival = numbers(records, dialect);
            }
        }
        // In a table of words the comma of decimal numbers would win.
        if (best != null && best.separator == ',' && rival != null && (!even || numbersOfRival >= numbers)) {
            return rival;
        }
        return best != null ? best : wanted == 0 ? USUAL : new CsvDialect((byte) wanted, (byte) '.');
    }

    /** Whether all records that are looked at, the first among them, have the same number of cells, and none is malformed. */
    private static boolean isEven(byte[] head, int from, int length, CsvDialect dialect, List<List<String>> records) {
        int width = records.get(0).size();
        return records.stream().allMatch(record -> record.size() == width)
                && (records.size() == SAMPLE || isWhole(head, from, length, dialect));
    }

    private static boolean isWhole(byte[] head, int from, int length, CsvDialect dialect) {
        CsvCursor cursor = new CsvCursor(dialect).wrap(head, from, length, 1);
        try {
            while (cursor.nextRecord()) {
                cursor.nextCell();
                cursor.skipCells();
            }
            return true;
        } catch (CsvProblem e) {
            return false;
        }
    }

    /** The first records as text, up to what is malformed; of what is too long, one cell more than is allowed. */
    static List<List<String>> records(byte[] head, int from, int length, CsvDialect dialect, int most) {
        List<List<String>> records = new ArrayList<>();
        CsvCursor cursor = new CsvCursor(dialect).wrap(head, from, length, 1);
        try {
            while (records.size() < most && cursor.nextRecord()) {
                List<String> cells = new ArrayList<>();
                do {
                    cursor.nextCell();
                    cells.add(dialect.withPoint(cursor.text()));
                } while (!cursor.isLast() && cells.size() <= MOST_COLUMNS);
                cursor.skipCells();
                records.add(cells);
            }
        } catch (CsvProblem e) {
            // What was found so far has to do; whoever reads all of it will say so.
        }
        return records;
    }

    /** Returns a cell with a point in it, if it is a number; else as it is. */
    String withPoint(String cell) {
        return decimal != '.' && Cell.isNumber(cell.replace((char) decimal, '.'))
                ? cell.replace((char) decimal, '.')
                : cell;
    }

    private static byte decimal(byte separator, List<List<String>> records) {
        int points = 0;
        int commas = 0;
        for (List<String> record : records) {
            for (String cell : record) {
                points += cell.indexOf('.') >= 0 && Cell.isNumber(cell) ? 1 : 0;
                commas += cell.indexOf(',') >= 0 && Cell.isNumber(cell.replace(',', '.')) ? 1 : 0;
            }
        }
        return (byte) (separator != ',' && commas > points ? ',' : '.');
    }

    /** 0 if there is one column only; else the share of records of the usual width, times up to 2 where cells are numbers. */
    private static double score(List<List<String>> records, CsvDialect dialect) {
        Map<Integer, Integer> widths = new HashMap<>();
        records.forEach(record -> widths.merge(record.size(), 1, Integer::sum));
        int usual = widths.entrySet().stream()
                .max(Map.Entry.<Integer, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .orElse(0);
        if (usual < 2) {
            return 0;
        }
        long cells = belowHeader(records).stream().mapToLong(List::size).sum();
        return (double) widths.get(usual) / records.size() * (1 + (double) numbers(records, dialect) / cells);
    }

    private static long numbers(List<List<String>> records, CsvDialect dialect) {
        return belowHeader(records).stream()
                .flatMap(List::stream)
                .filter(cell -> !cell.endsWith(",") && Cell.isNumber(dialect.withPoint(cell)))
                .count();
    }

    private static List<List<String>> belowHeader(List<List<String>> records) {
        return records.subList(records.size() > 1 ? 1 : 0, records.size());
    }

    /** Whether {@code c} may stand around a cell. */
    boolean isBlank(byte c) {
        return c == ' ' || (c == '\t' && separator != '\t');
    }

    /**
     * Skips lines that are no records: empty ones, blanks alone.
     *
     * @param lines takes note of them; may be null
     * @return where a record begins, or {@code end}
     */
    int skipNoRecords(byte[] bytes, int from, int end, CsvCursor lines) {
        int start = from;
        while (start < end) {
            int i = start;
            while (i < end && bytes[i] == ' ') {
                i++;
            }
            if (i < end && bytes[i] != '\n' && bytes[i] != '\r') {
                return separator == ' ' ? i : start;
            }
            if (i == end) {
                return end;
            }
            i += bytes[i] == '\r' && i + 1 < end && bytes[i + 1] == '\n' ? 2 : 1;
            if (lines != null) {
                lines.countLine();
            }
            start = i;
        }
        return end;
    }

    /** What whole records a stretch of bytes begins with. */
    record Stretch(int bytes, int records, long lines) {}

    /**
     * Counts records. What the stretch ends with may belong to a record that goes on behind it: it is left out, unless the file ends
     * there.
     *
     * @param from where a record begins
     * @param end behind the last byte
     * @param isEnd whether the file ends there
     * @param firstLine number of the line at {@code from}, for messages
     */
    Stretch stretch(byte[] bytes, int from, int end, boolean isEnd, long firstLine) {
        int records = 0;
        long lines = 0;
        int start = from;
        while (start < end) {
            int i = start;
            boolean record = true;
            if (bytes[i] == ' ' || bytes[i] == '\n' || bytes[i] == '\r') {
                while (i < end && bytes[i] == ' ') {
                    i++;
                }
                record = i < end && bytes[i] != '\n' && bytes[i] != '\r';
            }
            long quotedLines = 0;
            while (true) {
                // Most bytes are letters, digits and commas, which all come behind the quote.
                while (i < end && bytes[i] > '"') {
                    i++;
                }
                if (i >= end) {
                    break;
                }
                byte c = bytes[i];
                if (c == '\n' || c == '\r') {
                    break;
                }
                if (c == '"' && record && beginsCell(bytes, start, i)) {
                    int closing = closingQuote(bytes, i + 1, end, isEnd);
                    if (closing < 0) {
                        if (isEnd) {
                            throw unclosedQuote(firstLine + lines);
                        }
                        return new Stretch(start - from, records, lines);
                    }
                    quotedLines += lineEnds(bytes, i + 1, closing);
                    i = closing;
                }
                i++;
            }
            if (i >= end) {
                if (isEnd) {
                    return new Stretch(end - from, records + (record ? 1 : 0), lines + quotedLines);
                }
                break;
            }
            if (bytes[i] == '\r') {
                if (i + 1 == end && !isEnd) {
                    break;
                }
                i += i + 1 < end && bytes[i + 1] == '\n' ? 1 : 0;
            }
            start = i + 1;
            records += record ? 1 : 0;
            lines += 1 + quotedLines;
        }
        return new Stretch(Math.min(start, end) - from, records, lines);
    }

    private boolean beginsCell(byte[] bytes, int recordStart, int quote) {
        int i = quote - 1;
        while (i >= recordStart && bytes[i] != separator && isBlank(bytes[i])) {
            i--;
        }
        return i < recordStart || bytes[i] == separator;
    }

    /** Returns -1 if there is none, or if what comes behind it would tell whether it is one. */
    private static int closingQuote(byte[] bytes, int from, int end, boolean isEnd) {
        for (int i = from; i < end; i++) {
            if (bytes[i] == '"') {
                if (i + 1 == end) {
                    return isEnd ? i : -1;
                }
                if (bytes[i + 1] != '"') {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }

    private static long lineEnds(byte[] bytes, int from, int to) {
        long lines = 0;
        for (int i = from; i < to; i++) {
            lines += bytes[i] == '\n' || (bytes[i] == '\r' && bytes[i + 1] != '\n') ? 1 : 0;
        }
        return lines;
    }

    static CsvProblem unclosedQuote(long line) {
        return new CsvProblem(
                line, "not a CSV: a quote is never closed; check the quotes of the row that begins there");
    }
}
