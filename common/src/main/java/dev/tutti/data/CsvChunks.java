package dev.tutti.data;

import dev.tutti.files.InputException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * CSV files cut into pieces of whole records, which can be read independently of each other. Where a record ends cannot be told from
 * the middle of a file, as quoted cells may hold ends of lines; so all is looked through once, in order, which takes a fraction of
 * the time that reading the cells takes.
 */
final class CsvChunks implements Closeable {
    private static final int CHUNK_BYTES = 1 << 20;

    private final List<Path> files;
    private final List<Chunk> chunks = new ArrayList<>();
    private final List<FileChannel> channels = new ArrayList<>();
    private long bytes;
    private int records;

    /** The compressed file that is being read in order, and the number of it. */
    private InputStream stream;

    private int streamed = -1;

    /**
     * A piece.
     *
     * @param file number of the file
     * @param offset in it, after unpacking
     * @param bytes its length
     * @param records number of its records
     * @param firstRow number of its first record, over all files, counted from 0
     * @param firstLine number of its first line, counted from 1
     */
    record Chunk(int file, long offset, int bytes, int records, int firstRow, long firstLine) {}

    private CsvChunks(List<Path> files) {
        this.files = files;
    }

    /**
     * Cuts files.
     *
     * @param heads what each of them begins with
     * @throws InputException if one cannot be read, or is malformed
     */
    static CsvChunks of(List<Path> files, List<CsvHead> heads) {
        CsvChunks chunks = new CsvChunks(files);
        try {
            for (int file = 0; file < files.size(); file++) {
                chunks.cut(file, heads.get(file));
            }
            return chunks;
        } catch (RuntimeException | Error e) {
            chunks.close();
            throw e;
        }
    }

    private void cut(int file, CsvHead head) {
        Path path = files.get(file);
        try (InputStream in = DataFiles.open(path)) {
            in.skipNBytes(head.offset());
            byte[] buffer = new byte[chunkBytes(path)];
            long offset = head.offset();
            long line = head.line();
            int filled = 0;
            boolean end = false;
            while (!end) {
                int count = in.readNBytes(buffer, filled, buffer.length - filled);
                end = count < buffer.length - filled;
                filled += count;
                CsvDialect.Stretch found = head.dialect().stretch(buffer, 0, filled, end, line);
                if (found.bytes() == 0 && !end) {
                    buffer = larger(buffer, line);
                    continue;
                }
                if (found.bytes() > 0) {
                    chunks.add(new Chunk(file, offset, found.bytes(), found.records(), records, line));
                    records = Math.addExact(records, found.records());
                }
                offset += found.bytes();
                bytes += found.bytes();
                line += found.lines();
                filled -= found.bytes();
                System.arraycopy(buffer, found.bytes(), buffer, 0, filled);
            }
        } catch (CsvProblem e) {
            throw new InputException(path + ", line " + e.line() + ": " + e.getMessage(), e);
        } catch (ArithmeticException e) {
            throw new InputException(path + ": too large: more than " + Integer.MAX_VALUE + " rows", e);
        } catch (IOException e) {
            throw DataFiles.failure(path, e);
        }
    }

    /** A small file needs no large buffer. */
    private static int chunkBytes(Path path) throws IOException {
        return DataFiles.isCompressed(path) ? CHUNK_BYTES : (int) Math.min(CHUNK_BYTES, Files.size(path) + 1);
    }

    private static byte[] larger(byte[] buffer, long line) {
        if (buffer.length >= CsvFile.LONGEST_RECORD) {
            throw new CsvProblem(
                    line,
                    "not a CSV: a row of more than " + CsvFile.LONGEST_RECORD
                            + " bytes, or a quote that is never closed; check the quotes of the row that begins there");
        }
        byte[] larger = new byte[2 * buffer.length];
        System.arraycopy(buffer, 0, larger, 0, buffer.length);
        return larger;
    }

    List<Chunk> all() {
        return chunks;
    }

    /** Number of all records. */
    int records() {
        return records;
    }

    /** Bytes of all rows, unpacked. */
    long bytes() {
        return bytes;
    }

    /** Whether a piece can be read whenever it is wanted, on any thread; else only in order. */
    boolean isRandomAccess(Chunk chunk) {
        return !DataFiles.isCompressed(files.get(chunk.file()));
    }

    /** Makes ready to read all pieces once more, in order. */
    void begin() throws IOException {
        closeAll();
        for (Path file : files) {
            channels.add(DataFiles.isCompressed(file) ? null : FileChannel.open(file));
        }
    }

    /**
     * Reads a piece.
     *
     * @throws InputException if the file is not as it was any more
     */
    byte[] read(Chunk chunk) throws IOException {
        byte[] content = new byte[chunk.bytes()];
        int count = isRandomAccess(chunk) ? readAt(chunk, content) : readInOrder(chunk, content);
        if (count < content.length) {
            throw changed(chunk);
        }
        return content;
    }

    /** What to say where a file is not as it was. */
    InputException changed(Chunk chunk) {
        return new InputException(files.get(chunk.file()) + ": was changed while it was read; read it again");
    }

    private int readAt(Chunk chunk, byte[] to) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(to);
        FileChannel channel = channels.get(chunk.file());
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, chunk.offset() + buffer.position()) < 0) {
                break;
            }
        }
        return buffer.position();
    }

    private int readInOrder(Chunk chunk, byte[] to) throws IOException {
        if (streamed != chunk.file()) {
            closeStream();
            stream = DataFiles.open(files.get(chunk.file()));
            streamed = chunk.file();
            stream.skipNBytes(chunk.offset());
        }
        return stream.readNBytes(to, 0, to.length);
    }

    private void closeStream() throws IOException {
        if (stream != null) {
            stream.close();
            stream = null;
            streamed = -1;
        }
    }

    private void closeAll() throws IOException {
        closeStream();
        for (FileChannel channel : channels) {
            if (channel != null) {
                channel.close();
            }
        }
        channels.clear();
    }

    @Override
    public void close() {
        try {
            closeAll();
        } catch (IOException e) {
            // It was only read, and nothing is lost.
        }
    }
}
