package dev.tutti.app.service;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;

/**
 * Reads a file of lines that others write: whole lines only, those that are there and, later, those that have come. A file that is
 * replaced by another (metrics, when a run goes on) is read on at the line after the last one told: the lines before are the same, as
 * runs are. For one thread at a time.
 */
public final class LineTail implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 14;
    private static final int LONGEST_LINE = 1 << 20;

    private final Path file;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();
    private RandomAccessFile in;
    private Object key;
    private int position;
    private int limit;
    private long told;
    private long skip;

    /**
     * @param file need not be there yet
     * @param after number of lines that are left out
     */
    public LineTail(Path file, long after) {
        this.file = file;
        this.told = after;
    }

    /** Number of the line told last, counted from 1. */
    public long number() {
        return told;
    }

    /**
     * Returns the next line, if it is there as a whole.
     *
     * @throws IOException if the file cannot be read
     */
    public Optional<String> next() throws IOException {
        if (in == null && !open()) {
            return Optional.empty();
        }
        while (true) {
            while (position < limit) {
                byte next = buffer[position++];
                if (next != '\n') {
                    if (begun.size() < LONGEST_LINE) {
                        begun.write(next);
                    }
                    continue;
                }
                String line = begun.toString(StandardCharsets.UTF_8);
                begun.reset();
                if (skip > 0) {
                    skip--;
                    continue;
                }
                told++;
                return Optional.of(line);
            }
            position = 0;
            limit = Math.max(0, in.read(buffer));
            if (limit == 0 && !replaced()) {
                return Optional.empty();
            }
        }
    }

    private boolean open() throws IOException {
        try {
            key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
            in = new RandomAccessFile(file.toFile(), "r");
        } catch (NoSuchFileException | java.io.FileNotFoundException e) {
            return false;
        }
        begun.reset();
        position = 0;
        limit = 0;
        skip = told;
        return true;
    }

    /** Whether another file is there now, or the same with less in it; it is opened then. */
    private boolean replaced() throws IOException {
        BasicFileAttributes now;
        try {
            now = Files.readAttributes(file, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            return false;
        }
        if (Objects.equals(now.fileKey(), key) && now.size() >= in.getFilePointer()) {
            return false;
        }
        in.close();
        in = null;
        return open() && now.size() > 0;
    }

    @Override
    public void close() throws IOException {
        if (in != null) {
            in.close();
            in = null;
        }
    }
}
