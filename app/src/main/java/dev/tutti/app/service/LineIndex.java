package dev.tutti.app.service;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Where the lines of a growing file are that begin alike: some of a million are told without reading it all, however often it is asked
 * for. What was read once is not read again, unless another file is in its place. Thread-safe.
 */
public final class LineIndex {
    private static final int BLOCK_BYTES = 1 << 16;
    private static final int LINE_BYTES = 1 << 11;
    private static final int LONGEST_LINE = 1 << 20;

    private final Path file;
    private final byte[] begin;
    private final ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
    private Object key;
    private long[] places = new long[64];
    private int count;
    private long lines;
    private long read;
    private long lineBegin;

    /**
     * Some lines of a file.
     *
     * @param lines those that were asked for, in order
     * @param of how many there are that begin alike
     * @param last how many lines the file has
     */
    public record Some(List<String> lines, long of, long last) {}

    /** Which of some lines are wanted. */
    @FunctionalInterface
    public interface Choice {
        /** Whether line {@code number}, counted from 0, of {@code count} is. */
        boolean isWanted(long number, long count);
    }

    /**
     * @param file need not be there yet
     * @param begin how the lines begin; empty for all
     */
    public LineIndex(Path file, String begin) {
        this.file = file;
        this.begin = begin.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Some of the whole lines that are there now.
     *
     * @throws IOException if the file cannot be read
     */
    public synchronized Some some(Choice choice) throws IOException {
        try (FileChannel in = FileChannel.open(file)) {
            update(in);
            List<String> chosen = new ArrayList<>();
            for (int number = 0; number < count; number++) {
                if (choice.isWanted(number, count)) {
                    chosen.add(line(in, places[number]));
                }
            }
            return new Some(chosen, count, lines);
        } catch (NoSuchFileException e) {
            forget();
            return new Some(List.of(), 0, 0);
        }
    }

    private void forget() {
        count = 0;
        lines = 0;
        read = 0;
        lineBegin = 0;
    }

    private void update(FileChannel in) throws IOException {
        Object now = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        if (!Objects.equals(now, key) || in.size() < read) {
            forget();
            key = now;
        }
        while (true) {
            block.clear();
            int bytes = in.read(block, read);
            if (bytes <= 0) {
                return;
            }
            for (int i = 0; i < bytes; i++) {
                if (block.get(i) == '\n') {
                    lines++;
                    take(in, read + i);
                    lineBegin = read + i + 1;
                }
            }
            read += bytes;
        }
    }

    /** A line has ended. */
    private void take(FileChannel in, long end) throws IOException {
        if (end - lineBegin < begin.length || !beginsAlike(in)) {
            return;
        }
        if (count == places.length) {
            places = Arrays.copyOf(places, 2 * count);
        }
        places[count++] = lineBegin;
    }

    private boolean beginsAlike(FileChannel in) throws IOException {
        if (lineBegin < read) {
            // It begins in the block before.
            ByteBuffer first = ByteBuffer.allocate(begin.length);
            in.read(first, lineBegin);
            return Arrays.equals(first.array(), begin);
        }
        int from = (int) (lineBegin - read);
        return Arrays.equals(block.array(), from, from + begin.length, begin, 0, begin.length);
    }

    private static String line(FileChannel in, long from) throws IOException {
        for (int size = LINE_BYTES; ; size *= 4) {
            ByteBuffer bytes = ByteBuffer.allocate(size);
            int length = Math.max(0, in.read(bytes, from));
            for (int i = 0; i < length; i++) {
                if (bytes.get(i) == '\n') {
                    return new String(bytes.array(), 0, i, StandardCharsets.UTF_8);
                }
            }
            if (length < size || size > LONGEST_LINE) {
                throw new IOException("a line that was whole has no end");
            }
        }
    }
}
