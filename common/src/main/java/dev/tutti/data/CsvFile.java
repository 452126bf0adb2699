package dev.tutti.data;

import dev.tutti.data.CsvPass.Role;
import dev.tutti.files.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Reads CSV files that are one table. What a column holds is guessed by the first rows, all is read by that, and once more if the
 * guess was wrong: what counts is all of the file. Lines are counted from 1, columns from 0, as {@code --target} counts them.
 */
final class CsvFile {
    /** A place is the number of the file, and below these bits the line. */
    static final int LINE_BITS = 40;

    static final long LINES = (1L << LINE_BITS) - 1;

    /** Bytes of the longest record. */
    static final int LONGEST_RECORD = 1 << 26;

    private static final int MOST_PASSES = 4;

    private final String source;
    private final List<Path> files;
    private final DataOptions options;
    private final ReadProgress progress;

    private final List<CsvHead> heads = new ArrayList<>();
    private CsvLayout layout;
    private Role[] roles;
    private CsvPass pass;
    private int rows;
    private final List<String> remarks = new ArrayList<>();

    private CsvFile(String source, List<Path> files, DataOptions options, ReadProgress progress) {
        this.source = source;
        this.files = files;
        this.options = options;
        this.progress = progress;
    }

    /** Reads data to train on. */
    static RawData read(String source, List<Path> files, DataOptions options, ReadProgress progress) {
        CsvFile csv = new CsvFile(source, files, options, progress);
        csv.readHeads(CsvHead::looksLikeHeader);
        csv.layout = CsvLayout.toTrain(source, csv.heads.get(0), options);
        csv.readCells();
        csv.leaveOutRowsWithoutTarget();
        TargetColumn.Meaning meaning = csv.meaning();
        int[] kept = csv.keptColumns();
        csv.tellWhatIsLeftOut();
        DataSchema schema = csv.layout.schema(meaning, kept, csv.types(kept));
        return csv.data(schema, meaning.targets(), kept);
    }

    /** Reads data that has to match a model's; the target column may be missing. */
    static RawData read(
            String source,
            List<Path> files,
            DataOptions options,
            DataSchema model,
            Purpose purpose,
            ReadProgress progress) {
        CsvFile csv = new CsvFile(source, files, options, progress);
        csv.readHeads((first, rest) -> CsvLayout.isHeader(first, rest, model));
        csv.layout = CsvLayout.forModel(source, csv.heads.get(0), options, model, purpose);
        csv.readCells();
        csv.leaveOutRowsWithoutTarget();
        float[] targets = !csv.layout.hasTarget()
                ? new float[0]
                : model.classification() ? csv.targetColumn().against(model) : csv.pass.targets();
        return csv.data(model, targets, csv.layout.inputs());
    }

    /** Looks at all columns, the target among them. */
    static TableDescription describe(String source, List<Path> files, DataOptions options, ReadProgress progress) {
        CsvFile csv = new CsvFile(source, files, options, progress);
        csv.readHeads(CsvHead::looksLikeHeader);
        csv.layout = CsvLayout.toDescribe(source, csv.heads.get(0), options);
        csv.readCells();
        List<TableDescription.Column> columns = new ArrayList<>();
        for (int column = 0; column < csv.layout.columns(); column++) {
            CsvColumn found = csv.pass.column(column);
            String name = csv.layout.name(column);
            int slot = csv.pass.slot(column);
            columns.add(
                    switch (csv.roles[column]) {
                        case NUMBER ->
                            TableDescription.numbers(
                                    name, csv.pass.features(), slot, csv.pass.inputs(), csv.rows, found.words());
                        case LEVELS ->
                            TableDescription.category(
                                    name, csv.texts(column), csv.pass.features(), slot, csv.pass.inputs(), csv.rows);
                        default ->
                            TableDescription.other(
                                    name,
                                    csv.typeOf(column),
                                    csv.texts(column),
                                    found.missing(),
                                    found.hasTooManyLevels());
                    });
        }
        return new TableDescription(source, csv.rows, columns);
    }

    static String place(Path file, long line) {
        return file + ", line " + line;
    }

    private RawData data(DataSchema schema, float[] targets, int[] kept) {
        List<List<String>> levels = new ArrayList<>();
        for (int column : kept) {
            levels.add(roles[column] == Role.LEVELS ? texts(column) : List.of());
        }
        boolean any = levels.stream().anyMatch(one -> !one.isEmpty());
        return new RawData(
                source, schema, pass.features(), targets, rows, true, any ? levels : List.of(), List.copyOf(remarks));
    }

    private void readHeads(CsvHead.HeaderRule rule) {
        for (Path file : files) {
            try {
                if (heads.isEmpty()) {
                    heads.add(CsvHead.read(
                            file, options.separator(), null, (first, rest) -> isHeader(first, rest, rule)));
                    requireTable(heads.get(0));
                } else {
                    List<String> names = heads.get(0).names();
                    CsvDialect dialect = heads.get(0).dialect();
                    CsvHead head = CsvHead.read(file, (char) 0, dialect, (first, rest) -> first.equals(names));
                    requireSameNames(file, names, head);
                    heads.add(head.withoutRows());
                }
            } catch (CsvProblem e) {
                throw new InputException(place(file, e.line()) + ": " + e.getMessage(), e);
            }
        }
    }

    /** The columns of all files are found by their places: other names, or another order, would mix them. */
    private static void requireSameNames(Path file, List<String> names, CsvHead head) {
        boolean comment = !head.names().isEmpty();
        List<String> found =
                comment || head.rows().isEmpty() ? head.names() : head.rows().get(0);
        if (!found.equals(names)
                && found.stream().anyMatch(names::contains)
                && found.stream().noneMatch(Cell::isNumber)) {
            throw new InputException(place(file, head.firstLine()) + ": other columns than the first file: "
                    + Cell.quote(String.join(", ", found)) + ", expected " + Cell.quote(String.join(", ", names))
                    + "; give all files the same columns in the same order");
        }
    }

    private boolean isHeader(List<String> first, List<List<String>> rest, CsvHead.HeaderRule rule) {
        return options.header() == Header.AUTO ? rule.holds(first, rest) : options.header() == Header.ON;
    }

    private void requireTable(CsvHead head) {
        if (head.columns() == 0) {
            throw new InputException(source + ": the file is empty; give a table of two rows or more");
        }
        if (head.columns() > CsvDialect.MOST_COLUMNS) {
            throw new InputException(place(files.get(0), head.firstLine()) + ": more than " + CsvDialect.MOST_COLUMNS
                    + " columns; give fewer");
        }
    }

    private void readCells() {
        roles = layout.guess(heads.get(0));
        try (CsvChunks chunks = CsvChunks.of(files, heads)) {
            if (chunks.records() == 0) {
                throw new InputException(source + ": only a header, no rows; give rows below it");
            }
            rows = chunks.records();
            for (int i = 0; i < MOST_PASSES; i++) {
                pass = new CsvPass(source, files, heads, chunks, roles, layout.order());
                pass.run(source, progress);
                Role[] right = rolesByAllRows();
                if (Arrays.equals(right, roles)) {
                    refuseMissing();
                    return;
                }
                roles = right;
                // So that its numbers are not in the way of the next.
                pass = null;
            }
        }
        throw new IllegalStateException("columns of " + source + " have no lasting types");
    }

    private Role[] rolesByAllRows() {
        Problem first = null;
        Role[] right = roles.clone();
        for (int column = 0; column < roles.length; column++) {
            Problem problem = null;
            try {
                right[column] = switch (roles[column]) {
                    case SKIP -> Role.SKIP;
                    case TARGET_NUMBER, TARGET_LEVELS -> targetRole(column);
                    default -> CsvLayout.role(typeOf(column));
                };
            } catch (Problem e) {
                problem = e;
            }
            if (problem != null && (first == null || problem.place < first.place)) {
                first = problem;
            }
        }
        if (first != null) {
            throw new InputException(first.getMessage());
        }
        return right;
    }

    /** A cell that does not fit; of several the first is told. */
    private static final class Problem extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final long place;

        Problem(long place, String message) {
            super(message, null, false, false);
            this.place = place;
        }
    }

    /** What a column holds, as far as this pass could tell. */
    private ColumnType typeOf(int column) {
        CsvColumn found = pass.column(column);
        ColumnType wanted = layout.wanted(column);
        if (wanted == ColumnType.CATEGORY) {
            if (found.hasTooManyLevels()) {
                throw new Problem(
                        0,
                        source + ", column " + layout.shown(column) + ": more than " + Levels.MOST
                                + " different values, too many for a category; leave it out: --ignore "
                                + layout.reference(column));
            }
            return wanted;
        }
        if (wanted != null) {
            refuseUnfit(column, found);
            return wanted;
        }
        long others = rows - found.missing() - found.words();
        if (found.missing() == rows) {
            return ColumnType.CONSTANT;
        }
        if (found.words() <= others) {
            refuseUnfit(column, found);
            return ColumnType.NUMBER;
        }
        if (roles[column] == Role.NUMBER) {
            return ColumnType.CATEGORY;
        }
        int different = found.levels().size();
        if (found.hasTooManyLevels() || (different > 2 && different * 2L > rows - found.missing())) {
            return ColumnType.TEXT;
        }
        return different == 1 ? ColumnType.CONSTANT : ColumnType.CATEGORY;
    }

    private void refuseUnfit(int column, CsvColumn found) {
        if (found.hasUnfit() && !layout.isDescription()) {
            long line = found.firstUnfit() & LINES;
            String hint;
            if (layout.isOfModel()) {
                hint = "give a number, or leave the cell empty";
            } else if (line == heads.get(0).firstLine() && options.header() == Header.AUTO) {
                hint = "give a number, or --header on where the line holds names";
            } else {
                hint = "give a number, or --types " + layout.reference(column)
                        + "=category to take the values as names";
            }
            throw new Problem(
                    found.firstUnfit(),
                    location(found.firstUnfit(), column) + ": " + Cell.problem(found.unfitText()) + "; " + hint);
        }
    }

    private Role targetRole(int column) {
        CsvColumn found = pass.column(column);
        if (roles[column] == Role.TARGET_NUMBER) {
            if (found.hasUnfit()) {
                throw mixedTarget(found);
            }
            return Role.TARGET_NUMBER;
        }
        if (!found.hasTooManyLevels()) {
            return Role.TARGET_LEVELS;
        }
        boolean classes = layout.isOfModel() || layout.task() == Task.CLASSIFICATION;
        if (!classes && found.words() == 0) {
            return Role.TARGET_NUMBER;
        }
        if (!classes && found.numbers() > 0) {
            throw mixedTarget(found);
        }
        throw new Problem(
                0,
                source + ", column " + layout.shown(column) + ": more than " + Levels.MOST
                        + " different values, too many for classes; name another --target");
    }

    private Problem mixedTarget(CsvColumn found) {
        return new Problem(
                found.firstUnfit(),
                location(found.firstUnfit(), layout.target()) + ": " + TargetColumn.noNumber(found.unfitText()));
    }

    private void refuseMissing() {
        if (options.missing() != Missing.REFUSE || layout.isDescription()) {
            return;
        }
        IntStream.range(0, roles.length)
                .filter(column -> roles[column] != Role.SKIP && roles[column] != Role.COUNT)
                .filter(column -> pass.column(column).missing() > 0)
                .boxed()
                .min((a, b) -> Long.compare(
                        pass.column(a).firstMissing(), pass.column(b).firstMissing()))
                .ifPresent(column -> {
                    throw new InputException(location(pass.column(column).firstMissing(), column)
                            + ": no value; give one, or leave out --missing refuse");
                });
    }

    private void leaveOutRowsWithoutTarget() {
        if (!layout.hasTarget() || pass.column(layout.target()).missing() == 0) {
            return;
        }
        int missing = (int) pass.column(layout.target()).missing();
        if (missing == rows) {
            throw new InputException(source + ", column " + layout.shown(layout.target())
                    + ": no row has a target; name another --target");
        }
        rows = pass.leaveOutRowsWithoutTarget();
        remarks.add(missing + (missing == 1 ? " row" : " rows") + " without a target, column "
                + layout.shown(layout.target()) + ": left out");
    }

    private TargetColumn.Meaning meaning() {
        return roles[layout.target()] == Role.TARGET_NUMBER
                ? new TargetColumn.Meaning(Task.REGRESSION, List.of(), pass.targets())
                : targetColumn().discover(layout.task());
    }

    private TargetColumn targetColumn() {
        Levels levels = pass.column(layout.target()).levels();
        List<Long> firstSeen =
                IntStream.range(0, levels.size()).mapToObj(levels::place).toList();
        return new TargetColumn(
                place -> location(place, layout.target()), texts(layout.target()), firstSeen, pass.targets());
    }

    /** The different values of a column, in the order of their numbers. */
    private List<String> texts(int column) {
        CsvDialect dialect = heads.get(0).dialect();
        Levels levels = pass.column(column).levels();
        return IntStream.range(0, levels.size())
                .mapToObj(levels::text)
                .map(text -> column == layout.target() ? dialect.withPoint(text) : text)
                .toList();
    }

    private int[] keptColumns() {
        int[] kept = IntStream.range(0, roles.length)
                .filter(column -> roles[column] == Role.NUMBER || roles[column] == Role.LEVELS)
                .toArray();
        if (kept.length == 0) {
            throw new InputException(source + ": no column to learn from beside the target; tutti data describe tells"
                    + " what they hold, --types what they are taken for");
        }
        return kept;
    }

    private List<ColumnType> types(int[] kept) {
        boolean numbers = Arrays.stream(kept).allMatch(column -> roles[column] == Role.NUMBER);
        return numbers
                ? List.of()
                : Arrays.stream(kept)
                        .mapToObj(column -> roles[column] == Role.NUMBER ? ColumnType.NUMBER : ColumnType.CATEGORY)
                        .toList();
    }

    private void tellWhatIsLeftOut() {
        for (int column = 0; column < roles.length; column++) {
            if (roles[column] != Role.COUNT) {
                continue;
            }
            CsvColumn found = pass.column(column);
            String what = layout.reference(column);
            if (typeOf(column) == ColumnType.TEXT) {
                remarks.add("column " + layout.shown(column) + ": text, "
                        + (found.hasTooManyLevels()
                                ? "more than " + Levels.MOST
                                : found.levels().size())
                        + " different values in " + rows + " rows: left out; --types " + what
                        + "=category learns from it");
            } else {
                remarks.add("column " + layout.shown(column) + ": "
                        + (found.words() == 0 ? "no values" : "one value only") + ": left out");
            }
        }
    }

    private String location(long place, int column) {
        return place(files.get((int) (place >>> LINE_BITS)), place & LINES) + ", column " + layout.shown(column);
    }
}
