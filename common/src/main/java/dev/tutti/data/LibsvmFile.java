package dev.tutti.data;

import dev.tutti.files.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Reads {@code label index:value index:value ...}, one sample in each line: indices are counted from 1, and what is not there is 0.
 * {@code #} begins a comment; {@code qid:} is passed over. The numbers are kept with their zeros, so a file whose samples would take
 * far more memory than the file is refused.
 */
final class LibsvmFile {
    private static final int MOST_COLUMNS = 1 << 20;

    /** Numbers that may be kept for each byte of the file, and those that always may. */
    private static final long NUMBERS_PER_BYTE = 16;

    private static final long ALWAYS = 1 << 20;
    private static final int BUFFER = 1 << 16;

    private final Path file;
    private final byte[] buffer = new byte[BUFFER];
    private byte[] token = new byte[32];
    private int tokenLength;
    private int position;
    private int filled;
    private long line = 1;
    private long bytes;

    private int rows;
    private int columns;
    private float[] values;
    private float[] targets;

    private LibsvmFile(Path file) {
        this.file = file;
    }

    /**
     * Reads a table.
     *
     * @param inputs number of inputs of a model; 0: the highest index that is found
     */
    static NumberTable read(Path file, int inputs) {
        LibsvmFile libsvm = new LibsvmFile(file);
        libsvm.pass();
        if (inputs > 0 && libsvm.columns > inputs) {
            throw new InputException(file + ": expected " + inputs + " inputs, found index " + libsvm.columns
                    + "; give data with the inputs the model was trained on");
        }
        int columns = inputs > 0 ? inputs : libsvm.columns;
        if (libsvm.rows == 0 || columns == 0) {
            throw new InputException(file + ": no samples with values in it; give lines such as: 1 3:0.5 7:2");
        }
        libsvm.allocate(columns);
        libsvm.pass();
        return new NumberTable(file.toString(), libsvm.rows, columns, libsvm.values, libsvm.targets);
    }

    private void allocate(int count) {
        long numbers = (long) rows * count;
        if (numbers > FloatRows.LARGEST_ARRAY || numbers > Math.max(ALWAYS, NUMBERS_PER_BYTE * bytes)) {
            throw new InputException(file + ": too sparse to be kept with its zeros: " + rows + " rows of " + count
                    + " columns in " + bytes + " bytes, allowed: "
                    + Math.min(FloatRows.LARGEST_ARRAY, Math.max(ALWAYS, NUMBERS_PER_BYTE * bytes))
                    + " numbers; give fewer columns");
        }
        columns = count;
        values = new float[(int) numbers];
        targets = new float[rows];
    }

    /** Goes through the file: the first time to see how large it is, the second time to keep the numbers. */
    private void pass() {
        rows = 0;
        line = 1;
        position = 0;
        filled = 0;
        bytes = 0;
        try (InputStream in = Files.isRegularFile(file) ? DataFiles.open(file) : refuse()) {
            boolean sample = false;
            int end;
            do {
                end = nextToken(in);
                if (tokenLength > 0) {
                    if (sample) {
                        value();
                    } else {
                        label();
                        sample = true;
                    }
                }
                if (end == '#') {
                    end = skipLine(in);
                }
                if (end == '\n' || end < 0) {
                    if (sample && rows == Integer.MAX_VALUE) {
                        throw problem("more than " + Integer.MAX_VALUE + " rows; give fewer");
                    }
                    rows += sample ? 1 : 0;
                    sample = false;
                    line++;
                }
            } while (end >= 0);
        } catch (IOException e) {
            throw DataFiles.failure(file, e);
        }
    }

    private InputStream refuse() {
        throw new InputException(file + ": is not a regular file, and is read twice; write it to a file");
    }

    private int read(InputStream in) throws IOException {
        if (position == filled) {
            filled = in.read(buffer);
            position = 0;
            if (filled <= 0) {
                filled = 0;
                return -1;
            }
            bytes += filled;
        }
        return buffer[position++] & 0xFF;
    }

    /** Reads up to a blank, the end of a line (which is told as a line feed), a comment or the end of the file, and returns that. */
    private int nextToken(InputStream in) throws IOException {
        tokenLength = 0;
        while (true) {
            int c = read(in);
            if (c < 0 || c == '\n' || c == '#' || c == ' ' || c == '\t' || c == '\r') {
                return c;
            }
            if (tokenLength == token.length) {
                if (tokenLength >= BUFFER) {
                    throw problem("a word of more than " + BUFFER + " characters");
                }
                token = Arrays.copyOf(token, 2 * tokenLength);
            }
            token[tokenLength++] = (byte) c;
        }
    }

    private int skipLine(InputStream in) throws IOException {
        int c = read(in);
        while (c >= 0 && c != '\n') {
            c = read(in);
        }
        return c;
    }

    private void label() {
        float label = Decimal.parse(token, 0, tokenLength, (byte) '.');
        if (!Float.isFinite(label)) {
            throw problem("not a label: " + quoted(0, tokenLength) + "; a line begins with one number");
        }
        if (targets != null) {
            requireRow();
            targets[rows] = label;
        }
    }

    private void value() {
        int colon = 0;
        while (colon < tokenLength && token[colon] != ':') {
            colon++;
        }
        if (colon == 3 && token[0] == 'q' && token[1] == 'i' && token[2] == 'd' && colon < tokenLength) {
            return;
        }
        long index = 0;
        for (int i = 0; i < colon; i++) {
            index = token[i] >= '0' && token[i] <= '9' && index <= MOST_COLUMNS ? index * 10 + token[i] - '0' : -1;
            if (index < 0) {
                break;
            }
        }
        float value = Decimal.parse(token, Math.min(tokenLength, colon + 1), tokenLength, (byte) '.');
        if (index < 1 || index > MOST_COLUMNS || !Float.isFinite(value)) {
            throw problem("expected index:value, an index from 1 to " + MOST_COLUMNS + " and a number, found "
                    + quoted(0, tokenLength));
        }
        if (values == null) {
            columns = (int) Math.max(columns, index);
        } else {
            requireRow();
            if (index > columns) {
                throw changed();
            }
            values[rows * columns + (int) index - 1] = value;
        }
    }

    private void requireRow() {
        if (rows >= targets.length) {
            throw changed();
        }
    }

    private InputException changed() {
        return new InputException(file + ": was changed while it was read; read it again");
    }

    private String quoted(int from, int to) {
        return Cell.quote(new String(token, from, to - from, StandardCharsets.UTF_8));
    }

    private InputException problem(String what) {
        return new InputException(file + ", line " + line + ": " + what);
    }
}
