package dev.tutti.data;

import dev.tutti.files.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Reads all cells of CSV files once, piece by piece on all cores, straight to where they belong. What comes out does not depend on
 * the number of threads or pieces: rows have their places, and levels are numbered in the order of the rows.
 */
final class CsvPass {
    /** What becomes of a column. */
    enum Role {
        /** Nothing. */
        SKIP,
        /** A column of the features, of numbers. */
        NUMBER,
        /** A column of the features, of the numbers of levels. */
        LEVELS,
        /** Looked at, but not kept. */
        COUNT,
        /** The target, a number. */
        TARGET_NUMBER,
        /** The target, the number of a level. */
        TARGET_LEVELS
    }

    private static final int CHUNKS_PER_THREAD = 4;

    private final List<Path> files;
    private final List<CsvHead> heads;
    private final CsvChunks chunks;
    private final Role[] roles;
    private final int[] slots;
    private final int inputs;
    private final float[] features;
    private float[] targets;
    private final CsvColumn[] columns;

    /** What was found in a piece. */
    private record Part(CsvColumn[] columns, RuntimeException problem) {}

    /**
     * @param roles what becomes of each column
     * @param order for each column its place among the inputs; null: that of the columns
     * @throws InputException if there are more numbers than fit into an array
     */
    CsvPass(String source, List<Path> files, List<CsvHead> heads, CsvChunks chunks, Role[] roles, int[] order) {
        this.files = files;
        this.heads = heads;
        this.chunks = chunks;
        this.roles = roles;
        this.slots = new int[roles.length];
        int count = 0;
        for (int column = 0; column < roles.length; column++) {
            slots[column] = order == null ? count : order[column];
            count += isInput(roles[column]) ? 1 : 0;
        }
        this.inputs = count;
        boolean target =
                Arrays.stream(roles).anyMatch(role -> role == Role.TARGET_NUMBER || role == Role.TARGET_LEVELS);
        long numbers = (long) chunks.records() * inputs;
        if (numbers > FloatRows.LARGEST_ARRAY) {
            throw new InputException(source + ": too large: " + numbers + " numbers, allowed: "
                    + FloatRows.LARGEST_ARRAY + "; give fewer rows");
        }
        this.features = new float[(int) numbers];
        this.targets = new float[target ? chunks.records() : 0];
        this.columns = new CsvColumn[roles.length];
        Arrays.setAll(columns, column -> new CsvColumn(hasLevels(roles[column]) ? new Levels() : Levels.NONE));
    }

    private static boolean isInput(Role role) {
        return role == Role.NUMBER || role == Role.LEVELS;
    }

    private static boolean hasLevels(Role role) {
        return role == Role.LEVELS || role == Role.COUNT || role == Role.TARGET_LEVELS;
    }

    /**
     * Reads.
     *
     * @param source for who is told of the progress
     * @throws InputException if a file cannot be read, or a row is malformed: the first one that is
     */
    void run(String source, ReadProgress progress) {
        List<CsvChunks.Chunk> all = chunks.all();
        long done = 0;
        int threads = Runtime.getRuntime().availableProcessors();
        int next = 0;
        try {
            chunks.begin();
            while (next < all.size()) {
                List<CsvChunks.Chunk> wave =
                        all.subList(next, Math.min(all.size(), next + CHUNKS_PER_THREAD * threads));
                merge(wave, read(wave));
                next += wave.size();
                done += wave.stream().mapToLong(CsvChunks.Chunk::bytes).sum();
                progress.read(source, done, chunks.bytes());
            }
        } catch (IOException e) {
            throw DataFiles.failure(files.get(all.get(next).file()), e);
        }
    }

    private Part[] read(List<CsvChunks.Chunk> wave) throws IOException {
        byte[][] bytes = new byte[wave.size()][];
        for (int i = 0; i < bytes.length; i++) {
            if (!chunks.isRandomAccess(wave.get(i))) {
                bytes[i] = chunks.read(wave.get(i));
            }
        }
        Part[] parts = new Part[wave.size()];
        IntStream.range(0, parts.length).parallel().forEach(i -> parts[i] = part(wave.get(i), bytes[i]));
        return parts;
    }

    private Part part(CsvChunks.Chunk chunk, byte[] read) {
        CsvColumn[] found = new CsvColumn[columns.length];
        Arrays.setAll(found, column -> new CsvColumn(columns[column].levels()));
        try {
            parse(chunk, read == null ? chunks.read(chunk) : read, found);
            return new Part(found, null);
        } catch (CsvProblem e) {
            String place = CsvFile.place(files.get(chunk.file()), e.line());
            return new Part(found, new InputException(place + ": " + e.getMessage(), e));
        } catch (IOException e) {
            return new Part(found, DataFiles.failure(files.get(chunk.file()), e));
        } catch (InputException e) {
            return new Part(found, e);
        }
    }

    private void parse(CsvChunks.Chunk chunk, byte[] bytes, CsvColumn[] found) {
        CsvHead head = heads.get(chunk.file());
        byte decimal = head.dialect().decimal();
        CsvCursor cursor = new CsvCursor(head.dialect()).wrap(bytes, 0, bytes.length, chunk.firstLine());
        long file = (long) chunk.file() << CsvFile.LINE_BITS;
        int row = chunk.firstRow();
        int end = row + chunk.records();
        while (cursor.nextRecord()) {
            if (row == end) {
                throw chunks.changed(chunk);
            }
            long place = file | cursor.line();
            int at = row * inputs;
            int column = 0;
            do {
                cursor.nextCell();
                if (column < roles.length) {
                    switch (roles[column]) {
                        case SKIP -> {}
                        case NUMBER -> features[at + slots[column]] = found[column].number(cursor, place);
                        case LEVELS -> features[at + slots[column]] = found[column].level(cursor, place, decimal);
                        case COUNT -> found[column].level(cursor, place, decimal);
                        case TARGET_NUMBER -> targets[row] = found[column].number(cursor, place);
                        case TARGET_LEVELS -> targets[row] = found[column].level(cursor, place, decimal);
                    }
                }
                column++;
            } while (!cursor.isLast());
            if (column != roles.length) {
                throw new CsvProblem(
                        cursor.line(),
                        roles.length + " columns expected, as in line "
                                + heads.get(0).firstLine() + ", found " + column + "; give every row the same columns");
            }
            row++;
        }
        if (row != end) {
            throw chunks.changed(chunk);
        }
    }

    /** Adds what was found to what is known, in the order of the rows, and gives new levels their numbers. */
    private void merge(List<CsvChunks.Chunk> wave, Part[] parts) {
        int[] known = new int[columns.length];
        Arrays.setAll(known, column -> columns[column].levels().size());
        int[][][] renumbered = new int[parts.length][][];
        for (int i = 0; i < parts.length; i++) {
            if (parts[i].problem() != null) {
                throw parts[i].problem();
            }
            byte decimal = heads.get(wave.get(i).file()).dialect().decimal();
            renumbered[i] = new int[columns.length][];
            for (int column = 0; column < columns.length; column++) {
                renumbered[i][column] = columns[column].merge(parts[i].columns()[column], decimal);
            }
        }
        IntStream.range(0, parts.length).parallel().forEach(i -> renumber(wave.get(i), known, renumbered[i]));
    }

    private void renumber(CsvChunks.Chunk chunk, int[] known, int[][] renumbered) {
        for (int column = 0; column < roles.length; column++) {
            Role role = roles[column];
            int[] numbers = renumbered[column];
            boolean any = numbers != null && !isSame(numbers, known[column]);
            if (any && role == Role.LEVELS) {
                int from = chunk.firstRow() * inputs + slots[column];
                renumber(features, from, inputs, chunk.records(), known[column], numbers);
            } else if (any && role == Role.TARGET_LEVELS) {
                renumber(targets, chunk.firstRow(), 1, chunk.records(), known[column], numbers);
            }
        }
    }

    private static boolean isSame(int[] numbers, int known) {
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] != known + i) {
                return false;
            }
        }
        return true;
    }

    private static void renumber(float[] values, int from, int stride, int rows, int known, int[] numbers) {
        for (int row = 0; row < rows; row++) {
            int at = from + row * stride;
            if (values[at] >= known) {
                values[at] = numbers[(int) values[at] - known];
            }
        }
    }

    /** Moves the rows that have a target to the front, in their order; returns how many there are. */
    int leaveOutRowsWithoutTarget() {
        int kept = 0;
        for (int row = 0; row < targets.length; row++) {
            if (!Float.isNaN(targets[row])) {
                System.arraycopy(features, row * inputs, features, kept * inputs, inputs);
                targets[kept++] = targets[row];
            }
        }
        targets = Arrays.copyOf(targets, kept);
        return kept;
    }

    /** Number of the columns that are kept. */
    int inputs() {
        return inputs;
    }

    /** Place of a column among them. */
    int slot(int column) {
        return slots[column];
    }

    /** {@code [rows x inputs]}, row-major; NaN where there is no value. */
    float[] features() {
        return features;
    }

    /** One for each row, NaN where there is no value; empty if no column is the target. */
    float[] targets() {
        return targets;
    }

    /** What was found in a column. */
    CsvColumn column(int column) {
        return columns[column];
    }
}
