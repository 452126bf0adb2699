package dev.tutti.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import de.siegmar.fastcsv.reader.FieldModifiers;
import dev.tutti.files.InputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one CSV file, row by row: numbers go straight into one array. Lines are counted from 1, columns from 0, as
 * {@code --target} counts them.
 */
final class CsvFile {
    private static final int MAX_COLUMNS = 1 << 20;
    private static final int MAX_RECORD_CHARS = 1 << 26;

    private static final int BYTE_ORDER_MARK = 0xFEFF;
    private static final int REPLACEMENT = 0xFFFD;
    private static final Pattern RECORD_START = Pattern.compile("(.*) \\(record starting at line (\\d+)\\)");

    private final String source;
    private final DataOptions options;
    /** What the columns have to mean; null: to be told by the file. */
    private final DataSchema model;

    private final FloatRows features = new FloatRows();
    private boolean otherSeparator;
    private final TargetColumn targets = new TargetColumn(line -> location(line, this.target));
    private List<String> names = List.of();
    private int columns;
    /** Index of the target column, or -1 where there is none. */
    private int target;

    private long firstLine;
    private int rows;

    private CsvFile(Path file, DataOptions options, DataSchema model) {
        this.source = file.toString();
        this.options = options;
        this.model = model;
    }

    /** Reads data to train on. */
    static RawData read(Path file, DataOptions options) {
        CsvFile csv = new CsvFile(file, options, null);
        csv.readRows(file);
        TargetColumn.Meaning meaning = csv.targets.discover(options.task());
        DataSchema schema = new DataSchema(
                meaning.task(),
                csv.columns - 1,
                csv.inputNames(),
                csv.name(csv.target),
                csv.target,
                meaning.classNames());
        return new RawData(csv.source, schema, csv.features.toArray(), meaning.targets(), csv.rows, true);
    }

    /** Reads data that has to match a model's; the target column may be missing. */
    static RawData read(Path file, DataOptions options, DataSchema model) {
        CsvFile csv = new CsvFile(file, options, model);
        csv.readRows(file);
        Conformance.requireNames(csv.source, model, csv.inputNames());
        float[] targets = csv.target < 0 ? new float[0] : csv.targets.against(model);
        return new RawData(csv.source, model, csv.features.toArray(), targets, csv.rows, true);
    }

    private void readRows(Path file) {
        try (Reader reader = new BufferedReader(
                        new InputStreamReader(DataFiles.open(file), StandardCharsets.UTF_8.newDecoder()));
                CsvReader<CsvRecord> records = records(withoutByteOrderMark(reader))) {
            readRows(records.iterator());
        } catch (CharacterCodingException e) {
            throw notText(file, e);
        } catch (IOException e) {
            throw DataFiles.failure(file, e);
        } catch (UncheckedIOException e) {
            throw e.getCause() instanceof CharacterCodingException
                    ? notText(file, e)
                    : DataFiles.failure(file, e.getCause());
        } catch (CsvParseException e) {
            throw malformed(e);
        }
    }

    /** Some programs begin a UTF-8 file with U+FEFF; it is not part of the first cell. */
    private static Reader withoutByteOrderMark(Reader reader) throws IOException {
        reader.mark(1);
        if (reader.read() != BYTE_ORDER_MARK) {
            reader.reset();
        }
        return reader;
    }

    private static CsvReader<CsvRecord> records(Reader reader) {
        return CsvReader.builder()
                .skipEmptyLines(true)
                .trimWhitespacesAroundQuotes(true)
                .allowUnclosedQuote(false)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .maxBufferSize(MAX_RECORD_CHARS)
                .build(
                        CsvRecordHandler.builder()
                                .maxFields(MAX_COLUMNS)
                                .maxFieldSize(MAX_RECORD_CHARS)
                                .maxRecordSize(MAX_RECORD_CHARS)
                                .fieldModifier(FieldModifiers.STRIP)
                                .build(),
                        reader);
    }

    private void readRows(Iterator<CsvRecord> records) {
        CsvRecord first = next(records);
        if (first == null) {
            throw new InputException(source + ": the file is empty; give at least two rows of numbers");
        }
        List<String> firstCells = first.getFields();
        CsvRecord second = next(records);
        boolean header = hasHeader(firstCells, second);
        firstLine = first.getStartingLineNumber();
        columns = firstCells.size();
        names = header ? List.copyOf(firstCells) : List.of();
        otherSeparator = firstCells.stream().anyMatch(CsvFile::hasOtherSeparator);
        if (columns == 1) {
            refuseOtherSeparator(firstCells, firstLine);
        }
        target = targetColumn();
        if (!header) {
            addRow(firstCells, firstLine);
        } else if (second == null) {
            throw new InputException(source + ": only a header, no rows; give rows of numbers below it");
        }
        for (CsvRecord row = second; row != null; row = next(records)) {
            addRow(row.getFields(), row.getStartingLineNumber());
        }
    }

    private static CsvRecord next(Iterator<CsvRecord> records) {
        try {
            return records.hasNext() ? records.next() : null;
        } catch (NoSuchElementException e) {
            return null;
        }
    }

    private boolean hasHeader(List<String> first, CsvRecord second) {
        if (options.header() != Header.AUTO) {
            return options.header() == Header.ON;
        }
        if (first.stream().anyMatch(Cell::isNumber)) {
            return false;
        }
        if (second == null) {
            return true;
        }
        for (int column = 0; column < Math.min(first.size(), second.getFieldCount()); column++) {
            if (Cell.isWord(first.get(column)) && Cell.isNumber(second.getField(column))) {
                return true;
            }
        }
        return false;
    }

    private int targetColumn() {
        if (model == null) {
            int column = options.target() == null ? columns - 1 : namedColumn(options.target());
            if (columns < 2) {
                throw new InputException(source + ", line " + firstLine
                        + ": one column only, no inputs beside the target; give" + " columns separated by commas");
            }
            return column;
        }
        if (columns == model.inputCount() && options.target() == null) {
            return -1;
        }
        if (columns != model.inputCount() + 1) {
            throw new InputException(source + ": expected " + model.inputCount() + " inputs (with a target column "
                    + (model.inputCount() + 1) + " columns), found " + columns
                    + " columns; give data with the columns the model was trained on");
        }
        if (options.target() != null) {
            return namedColumn(options.target());
        }
        int named = names.indexOf(model.targetName());
        if (named >= 0) {
            return named;
        }
        return model.targetColumn() == DataSchema.NO_COLUMN ? columns - 1 : model.targetColumn();
    }

    private int namedColumn(String wanted) {
        int byName = names.indexOf(wanted);
        if (byName >= 0) {
            if (byName != names.lastIndexOf(wanted)) {
                throw new InputException(source + ", line " + firstLine + ": two columns are named "
                        + Cell.quote(wanted) + "; give --target by number from 0");
            }
            return byName;
        }
        try {
            int byNumber = Integer.parseInt(wanted);
            if (byNumber >= 0 && byNumber < columns) {
                return byNumber;
            }
        } catch (NumberFormatException e) {
            // Not a number either: told below.
        }
        throw new InputException(source + ": no target column " + Cell.quote(wanted) + "; allowed: "
                + (names.isEmpty() ? "" : "a name (" + Cell.quote(String.join(", ", names)) + "), or ")
                + "a number from 0 to "
                + (columns - 1));
    }

    private void addRow(List<String> cells, long line) {
        if (cells.size() != columns) {
            refuseOtherSeparator(cells, line);
            throw new InputException(source + ", line " + line + ": " + columns + " columns expected, as in line "
                    + firstLine + ", found " + cells.size() + "; give every row the same columns");
        }
        features.reserve(source, columns);
        for (int column = 0; column < columns; column++) {
            if (column == target) {
                targets.add(cells.get(column), line);
            } else {
                features.add(number(cells.get(column), line, column));
            }
        }
        rows++;
    }

    private float number(String text, long line, int column) {
        float number = Cell.number(text);
        if (!Float.isFinite(number)) {
            refuseOtherSeparator(List.of(text), line);
            String hint = line == firstLine && options.header() == Header.AUTO
                    ? "give a number, or --header on where the line holds names"
                    : "give a number, or name another --target";
            throw new InputException(location(line, column) + ": " + Cell.problem(text) + "; " + hint);
        }
        return number;
    }

    private static boolean hasOtherSeparator(String cell) {
        return cell.indexOf(';') >= 0 || cell.indexOf('\t') >= 0;
    }

    /** Says so where what should be cells is one text with semicolons or tabs, as in the first line. */
    private void refuseOtherSeparator(List<String> cells, long line) {
        for (String cell : cells) {
            if (otherSeparator && hasOtherSeparator(cell)) {
                throw new InputException(source + ", line " + line + ": the columns are separated by "
                        + (cell.indexOf(';') >= 0 ? "semicolons" : "tabs")
                        + ", commas are needed; save it as comma-separated values, with points in numbers");
            }
        }
    }

    private String location(long line, int column) {
        String name = name(column);
        return source + ", line " + line + ", column " + column + (name.isEmpty() ? "" : " (" + name + ")");
    }

    private String name(int column) {
        return names.isEmpty() ? "" : names.get(column);
    }

    private List<String> inputNames() {
        List<String> inputs = new ArrayList<>(names);
        if (target >= 0 && !inputs.isEmpty()) {
            inputs.remove(target);
        }
        return inputs;
    }

    private InputException notText(Path file, Exception e) {
        // To find the line the file is read again, which a pipe cannot be: opening it once more would wait for ever.
        String line = Files.isRegularFile(file) ? ", line " + firstLineOfNoText(file) : "";
        return new InputException(source + line + ": not UTF-8 text; save it as UTF-8", e);
    }

    private static long firstLineOfNoText(Path file) {
        long line = 1;
        // Unlike a decoder, this reader puts U+FFFD in the place of what is no text.
        try (Reader reader = new InputStreamReader(DataFiles.open(file), StandardCharsets.UTF_8);
                BufferedReader text = new BufferedReader(reader)) {
            for (int c = text.read(); c >= 0 && c != REPLACEMENT; c = text.read()) {
                line += c == '\n' ? 1 : 0;
            }
            return line;
        } catch (IOException e) {
            throw DataFiles.failure(file, e);
        }
    }

    /** The parser says "... (record starting at line 17)". */
    private InputException malformed(CsvParseException e) {
        String message = e.getMessage();
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            Matcher matcher = RECORD_START.matcher(String.valueOf(cause.getMessage()));
            if (matcher.find()) {
                return new InputException(
                        source + ", line " + matcher.group(2) + ": not a CSV: " + matcher.group(1)
                                + "; check the quotes of the" + " row that begins there",
                        e);
            }
            message = cause.getMessage();
        }
        return new InputException(source + ": not a CSV: " + message, e);
    }
}
