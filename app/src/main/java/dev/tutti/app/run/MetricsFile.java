package dev.tutti.app.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.files.AtomicFile;
import dev.tutti.files.InputException;
import dev.tutti.files.LittleEndianFloats;
import dev.tutti.files.StrictJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of JSON objects, one a line, that holds whole lines only. When it cannot be written (the disk is full) that is told once,
 * lines wait in memory, up to {@value #MOST_WAITING} bytes, and are written when it can be again: metrics must not end a training.
 * {@link #force} may be called by another thread.
 */
final class MetricsFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsFile.class);
    private static final int MOST_WAITING = 1 << 20;
    private static final long RETRY_NS = 1_000_000_000L;

    private final Path file;
    // Not a channel: an interrupt would close it.
    private final RandomAccessFile out;
    private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private long length;
    private long lost;
    private boolean failing;
    private long failedNs;

    private MetricsFile(Path file, RandomAccessFile out, long length) {
        this.file = file;
        this.out = out;
        this.length = length;
    }

    /** Makes an empty file. */
    static MetricsFile create(Path file) {
        AtomicFile.write(file, channel -> {});
        return onto(file);
    }

    /** Writes from the beginning of a file that is there. */
    static MetricsFile onto(Path file) {
        try {
            return new MetricsFile(file, new RandomAccessFile(file.toFile(), "rw"), 0);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be written: " + e.getMessage() + "; check the free space", e);
        }
    }

    /** Opens the file of a run that goes on after {@code step} steps: lines about later ones are removed, as is a part of a line. */
    static MetricsFile resume(Path file, long step) {
        try {
            List<String> lines = Files.exists(file) ? Files.readAllLines(file, StandardCharsets.ISO_8859_1) : List.of();
            StringBuilder kept = new StringBuilder();
            lines.stream()
                    .filter(line -> isUpTo(line, step))
                    .forEach(line -> kept.append(line).append('\n'));
            byte[] bytes = kept.toString().getBytes(StandardCharsets.ISO_8859_1);
            AtomicFile.write(file, channel -> LittleEndianFloats.writeAll(channel, ByteBuffer.wrap(bytes)));
            return new MetricsFile(file, new RandomAccessFile(file.toFile(), "rw"), bytes.length);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read or written: " + e.getMessage(), e);
        }
    }

    private static boolean isUpTo(String line, long step) {
        try {
            JsonNode object = StrictJson.MAPPER.readTree(line);
            return object.path("steps").asLong(object.path("step").asLong()) <= step && object.isObject();
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    /** Adds a line. */
    synchronized void add(String line) {
        waiting.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
        if (!failing || System.nanoTime() - failedNs > RETRY_NS) {
            write();
        }
        if (waiting.size() > MOST_WAITING) {
            giveUpWaiting();
        }
    }

    private void write() {
        try {
            out.seek(length);
            out.write(waiting.toByteArray());
            length += waiting.size();
            waiting.reset();
            failing = false;
        } catch (IOException e) {
            keepForLater(e);
        }
    }

    private void keepForLater(IOException e) {
        try {
            out.setLength(length);
        } catch (IOException again) {
            // The same problem; the next line is written to the same place.
        }
        if (!failing) {
            LOG.warn("{}: cannot be written: {}; training goes on, lines wait in memory", file, e.getMessage());
        }
        failing = true;
        failedNs = System.nanoTime();
    }

    private void giveUpWaiting() {
        lost += waiting.toString(StandardCharsets.UTF_8).lines().count();
        waiting.reset();
    }

    /** Number of bytes that wait to be written. */
    synchronized int waitingBytes() {
        return waiting.size();
    }

    /** Number of lines that were given up. */
    synchronized long lostLines() {
        return lost;
    }

    /** Brings what was written to the disk. */
    synchronized void force() {
        try {
            out.getFD().sync();
        } catch (IOException e) {
            LOG.debug("{}: not forced to the disk", file, e);
        }
    }

    @Override
    public synchronized void close() {
        if (waiting.size() > 0) {
            write();
        }
        giveUpWaiting();
        if (lost > 0) {
            LOG.warn("{}: {} lines could not be written", file, lost);
        }
        try {
            out.close();
        } catch (IOException e) {
            LOG.debug("{}: not closed", file, e);
        }
    }
}
