package dev.tutti.app.service;

import dev.tutti.files.Json;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to the jobs: a file for each, with one JSON object in each line. That it cannot be written ends no training. Thread-safe.
 */
final class EventLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);

    private final JobStore store;
    private final LongSupplier clockMs;
    private final Signal signal;
    private boolean failing;

    /** The job that was told of last, as the next event is mostly its, too; null if there is none. */
    private String id;

    // Not a channel: an interrupt would close it.
    private RandomAccessFile out;

    EventLog(JobStore store, LongSupplier clockMs, Signal signal) {
        this.store = store;
        this.clockMs = clockMs;
        this.signal = signal;
    }

    /** A job is in another state. */
    void state(JobRecord job) {
        Json event = event("state").put("state", job.state().name());
        if (!job.problem().isEmpty()) {
            event.put("problem", job.problem());
        }
        add(job.id(), event);
    }

    /** A line about the progress, for people. */
    void line(String id, String text) {
        add(id, event("line").put("text", text));
    }

    private Json event(String type) {
        return new Json().put("timeMs", clockMs.getAsLong()).put("type", type);
    }

    private void add(String job, Json event) {
        synchronized (this) {
            try {
                if (!job.equals(id)) {
                    close();
                    out = open(Home.events(store.directoryOf(job)));
                    id = job;
                }
                out.write((event.line() + "\n").getBytes(StandardCharsets.UTF_8));
                failing = false;
            } catch (IOException e) {
                if (!failing) {
                    LOG.warn("events of job {} cannot be written: {}; jobs go on", job, e.getMessage());
                }
                failing = true;
                // Opened anew, what was written of the line is cut off.
                close();
            }
        }
        signal.raise();
    }

    /** Opens a file at its end; a part of a line, as a killed process leaves it, is cut off. */
    private static RandomAccessFile open(Path file) throws IOException {
        RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw");
        long end = out.length();
        while (end > 0) {
            out.seek(end - 1);
            if (out.read() == '\n') {
                break;
            }
            end--;
        }
        out.setLength(end);
        out.seek(end);
        return out;
    }

    /** The files of a job are about to go. */
    synchronized void forget(String job) {
        if (job.equals(id)) {
            close();
        }
    }

    @Override
    public synchronized void close() {
        id = null;
        if (out != null) {
            try {
                out.close();
            } catch (IOException e) {
                LOG.debug("events not closed", e);
            }
            out = null;
        }
    }
}
