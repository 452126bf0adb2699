package dev.tutti.app.service;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Where the lines of a growing file are that begin alike: some of a million are told without reading it all, however often it is asked
 * for. What was read once is not read again, unless another file is in its place. Memory is bounded: of very many lines only the
 * places of each second, fourth, ... are kept, and those between are looked for. Holds the file open until closed. Thread-safe.
 */
public final class LineIndex implements AutoCloseable {
    private static final int BLOCK_BYTES = 1 << 16;
    private static final int WINDOW_BYTES = 1 << 12;
    private static final int LONGEST_LINE = 1 << 20;
    private static final int MOST_PLACES = 1 << 17;

    private final Path file;
    private final byte[] begin;
    private final int mostPlaces;
    private final byte[] block = new byte[BLOCK_BYTES];
    private final byte[] window = new byte[WINDOW_BYTES];
    private long windowFrom;
    private int windowBytes;

    /** While it is open no other file can have its key, and so not be taken for it. Not a channel: an interrupt would close it. */
    private RandomAccessFile in;

    private Object key;
    private boolean closed;

    /** Of each {@code every}-th line that begins alike. */
    private long[] places = new long[64];

    private int every = 1;
    private int kept;
    private long count;
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

    /**
     * @param file need not be there yet
     * @param begin how the lines begin; empty for all
     */
    public LineIndex(Path file, String begin) {
        this(file, begin, MOST_PLACES);
    }

    /** The same with another number of places that are kept, an even one. */
    LineIndex(Path file, String begin, int mostPlaces) {
        this.file = file;
        this.begin = begin.getBytes(StandardCharsets.UTF_8);
        this.mostPlaces = mostPlaces;
    }

    /**
     * Some of the whole lines that are there now: all, or as many as asked for, evenly apart, the first and the last among them.
     *
     * @param most at least 2
     * @throws IOException if the file cannot be read
     */
    public synchronized Some some(int most) throws IOException {
        try {
            update();
            Optional<List<String>> chosen = choose(most);
            if (chosen.isEmpty()) {
                // Something else was written to the file than what was read.
                forget();
                update();
                chosen = choose(most);
            }
            return new Some(
                    chosen.orElseThrow(() -> new IOException(file + ": is changed while it is read")), count, lines);
        } catch (NoSuchFileException | FileNotFoundException e) {
            closeFile();
            forget();
            if (Files.exists(file)) {
                throw e;
            }
            return new Some(List.of(), 0, 0);
        } finally {
            if (closed) {
                closeFile();
            }
        }
    }

    /** Number of places in memory. */
    synchronized int kept() {
        return kept;
    }

    /** Whether the file is held open. */
    synchronized boolean isOpen() {
        return in != null;
    }

    /** Lets go of the file; whoever asks nevertheless has it opened for that time. */
    @Override
    public synchronized void close() {
        closed = true;
        closeFile();
        forget();
    }

    private void closeFile() {
        key = null;
        if (in != null) {
            try {
                in.close();
            } catch (IOException e) {
                // It was only read.
            }
            in = null;
        }
    }

    private void forget() {
        every = 1;
        kept = 0;
        count = 0;
        lines = 0;
        read = 0;
        lineBegin = 0;
    }

    private Object keyNow() throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    private void open() throws IOException {
        Object now = keyNow();
        while (in == null || !Objects.equals(now, key)) {
            closeFile();
            forget();
            in = new RandomAccessFile(file.toFile(), "r");
            key = now;
            // Perhaps it was replaced before it was opened.
            now = keyNow();
        }
    }

    private void update() throws IOException {
        open();
        windowBytes = 0;
        if (in.length() < read) {
            forget();
        }
        while (true) {
            in.seek(read);
            int bytes = in.read(block);
            if (bytes <= 0) {
                return;
            }
            for (int i = 0; i < bytes; i++) {
                if (block[i] == '\n') {
                    lines++;
                    take(read + i);
                    lineBegin = read + i + 1;
                }
            }
            read += bytes;
        }
    }

    /** A line has ended. */
    private void take(long end) throws IOException {
        if (end - lineBegin < begin.length || !beginsAlike()) {
            return;
        }
        if (count % every == 0) {
            if (kept == mostPlaces) {
                keepHalf();
            }
            if (kept == places.length) {
                places = Arrays.copyOf(places, 2 * kept);
            }
            places[kept++] = lineBegin;
        }
        count++;
    }

    private void keepHalf() {
        kept /= 2;
        for (int i = 0; i < kept; i++) {
            places[i] = places[2 * i];
        }
        every *= 2;
    }

    private boolean beginsAlike() throws IOException {
        if (lineBegin < read) {
            // It begins in the block before.
            return isAt(lineBegin);
        }
        int from = (int) (lineBegin - read);
        return Arrays.equals(block, from, from + begin.length, begin, 0, begin.length);
    }

    /** Empty if the lines are not where they were. */
    private Optional<List<String>> choose(int most) throws IOException {
        long wanted = Math.min(most, count);
        List<String> chosen = new ArrayList<>((int) wanted);
        for (long k = 0; k < wanted; k++) {
            Optional<String> line = line(wanted == count ? k : number(k, most));
            if (line.isEmpty()) {
                return Optional.empty();
            }
            chosen.add(line.get());
        }
        return Optional.of(chosen);
    }

    /** The first line that is not before the {@code k}-th of {@code most} that are evenly apart. */
    private long number(long k, int most) {
        return (k * (count - 1) + most - 2) / (most - 1);
    }

    private Optional<String> line(long number) throws IOException {
        long place = places[(int) (number / every)];
        if (place > 0 && at(place - 1) != '\n' || !isAt(place)) {
            return Optional.empty();
        }
        for (long skipped = 0; skipped < number % every; skipped++) {
            do {
                place = endOf(place) + 1;
                if (place <= 0 || at(place) < 0) {
                    return Optional.empty();
                }
            } while (!isAt(place));
        }
        long end = endOf(place);
        if (end < 0) {
            return Optional.empty();
        }
        byte[] bytes = new byte[(int) (end - place)];
        in.seek(place);
        in.readFully(bytes);
        return Optional.of(new String(bytes, StandardCharsets.UTF_8));
    }

    /** Whether what the lines begin with is at a place. */
    private boolean isAt(long place) throws IOException {
        for (int i = 0; i < begin.length; i++) {
            if (at(place + i) != (begin[i] & 0xff)) {
                return false;
            }
        }
        return true;
    }

    /** Place of the end of the line; negative if there is none. */
    private long endOf(long place) throws IOException {
        for (long end = place; end - place <= LONGEST_LINE; end++) {
            int found = at(end);
            if (found == '\n') {
                return end;
            }
            if (found < 0) {
                break;
            }
        }
        return Long.MIN_VALUE;
    }

    /** The byte at a place as 0 to 255; negative at the end. */
    private int at(long place) throws IOException {
        if (place < windowFrom || place >= windowFrom + windowBytes) {
            in.seek(place);
            windowFrom = place;
            windowBytes = Math.max(0, in.read(window));
            if (windowBytes == 0) {
                return -1;
            }
        }
        return window[(int) (place - windowFrom)] & 0xff;
    }
}
