package dev.tutti.app.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tutti.app.service.JobService;
import dev.tutti.app.service.LineIndex;
import dev.tutti.app.service.LineTail;
import dev.tutti.app.service.ServiceException;
import dev.tutti.files.StrictJson;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Files of a job that grow by lines, as JSON and as server-sent events, whose ids are the numbers of the lines: a client that comes
 * back with the last one it had gets what followed, from the disk. Each stream has a thread of its own, so that a client that does not
 * read holds up nobody but itself, until the connection is given up.
 */
final class Lines {
    private static final String EVENTS = "text/event-stream";
    private static final int MOST_STREAMS = 256;
    private static final long COMMENT_NS = 15_000_000_000L;
    private static final long LOOK_MS = 500;
    /** What comes faster is sent together: a thousand lines a second must not wake every client a thousand times. */
    private static final long PACE_MS = 100;

    private static final int MOST_INDEXES = 8;
    private static final int MOST_LINES = 1000;
    private static final int MOST_POINTS = 10_000;

    private final JobService service;
    private final Semaphore streams = new Semaphore(MOST_STREAMS);
    /** By what was asked for last. */
    private final Map<IndexKey, LineIndex> indexes = new LinkedHashMap<>(16, 0.75f, true);

    private record IndexKey(Path file, String begin) {}

    Lines(JobService service) {
        this.service = service;
    }

    /** Whether a client asks for a stream. */
    static boolean isStream(Context context) {
        return Optional.ofNullable(context.header("Accept")).orElse("").contains(EVENTS);
    }

    /**
     * Sends lines as they come, until the job is over and all are told.
     *
     * @param id of the job
     * @param file may not be there yet
     */
    void stream(Context context, String id, Path file) throws IOException, InterruptedException {
        long after = lastEventId(context);
        if (!streams.tryAcquire()) {
            throw new ServiceException(
                    ServiceException.Kind.TOO_MANY,
                    MOST_STREAMS + " streams are open already; close one, or try later");
        }
        try (LineTail tail = new LineTail(file, after)) {
            boolean over = service.jobs().find(id).state().isOver();
            Optional<String> first = tail.next();
            if (over && first.isEmpty()) {
                // Tells a browser not to come back.
                context.status(204);
                return;
            }
            context.res().setStatus(200);
            context.res().setContentType(EVENTS + ";charset=utf-8");
            context.res().setHeader("Cache-Control", "no-store");
            context.res().setHeader("X-Accel-Buffering", "no");
            send(context.res().getOutputStream(), id, tail, first);
        } catch (ServiceException e) {
            if (!context.res().isCommitted()) {
                throw e;
            }
            // The job was deleted: that is the end.
        } finally {
            streams.release();
        }
    }

    private void send(OutputStream out, String id, LineTail tail, Optional<String> first)
            throws IOException, InterruptedException {
        Optional<String> line = first;
        long toldNs = System.nanoTime();
        out.write(": tutti\n\n".getBytes(StandardCharsets.UTF_8));
        while (true) {
            long seen = service.signal().version();
            boolean over = service.jobs().find(id).state().isOver() || service.isClosing();
            boolean told = line.isPresent();
            while (line.isPresent()) {
                String event = "id: " + tail.number() + "\ndata: " + line.get().replace('\r', ' ') + "\n\n";
                out.write(event.getBytes(StandardCharsets.UTF_8));
                line = tail.next();
            }
            if (!told && System.nanoTime() - toldNs > COMMENT_NS) {
                out.write(":\n\n".getBytes(StandardCharsets.UTF_8));
                told = true;
            }
            if (told) {
                toldNs = System.nanoTime();
            }
            out.flush();
            line = tail.next();
            if (line.isPresent()) {
                continue;
            }
            if (over) {
                return;
            }
            if (told && !service.jobs().find(id).state().isOver()) {
                Thread.sleep(PACE_MS);
            }
            service.signal().await(seen, LOOK_MS);
            line = tail.next();
        }
    }

    private static long lastEventId(Context context) {
        String text = context.header("Last-Event-ID");
        if (text == null) {
            return Bodies.number(context, "after", 0, 0, 999_999_999);
        }
        if (!text.matches("[0-9]{1,18}")) {
            throw new Problem.Thrown(400, "Last-Event-ID: not one that was sent");
        }
        return Long.parseLong(text);
    }

    /** Some lines after a given one: JSON objects, or texts. */
    void page(Context context, String key, Path file, boolean objects) throws IOException {
        Bodies.requireQuery(context, "after", "limit");
        int after = Bodies.number(context, "after", 0, 0, 999_999_999);
        int limit = Bodies.number(context, "limit", MOST_LINES, 1, MOST_LINES);
        ObjectNode answer = StrictJson.MAPPER.createObjectNode();
        ArrayNode lines = answer.putArray(key);
        try (LineTail tail = new LineTail(file, after)) {
            while (lines.size() < limit) {
                Optional<String> line = tail.next();
                if (line.isEmpty()) {
                    break;
                }
                add(lines, line.get(), objects);
            }
            answer.put("last", tail.number());
        }
        Answers.send(context, 200, answer);
    }

    /** All lines, or, where there are very many, as many as asked for: evenly apart, the first and the last among them. */
    void points(Context context, String key, Path file) throws IOException {
        Bodies.requireQuery(context, "points", "lines");
        int points = Bodies.number(context, "points", MOST_LINES, 2, MOST_POINTS);
        String begin = beginOf(context.queryParam("lines"));
        LineIndex.Some some = index(file, begin).some(points);
        // The lines are JSON as they are.
        context.status(200)
                .contentType(Bodies.JSON)
                .result("{\"" + key + "\":[" + String.join(",", some.lines()) + "],\"last\":" + some.last() + ",\"of\":"
                        + some.of() + ",\"thinned\":" + (some.of() > points) + "}");
    }

    /** Of the files that were asked for last; that which was not for longest is closed. */
    private LineIndex index(Path file, String begin) {
        LineIndex index;
        List<LineIndex> gone = new ArrayList<>();
        synchronized (indexes) {
            index = indexes.computeIfAbsent(new IndexKey(file, begin), key -> new LineIndex(file, begin));
            Iterator<LineIndex> eldest = indexes.values().iterator();
            while (indexes.size() > MOST_INDEXES) {
                gone.add(eldest.next());
                eldest.remove();
            }
        }
        gone.forEach(LineIndex::close);
        return index;
    }

    /** What is below a directory was deleted: nothing of it is held open any more. */
    void forget(Path directory) {
        List<LineIndex> gone = new ArrayList<>();
        synchronized (indexes) {
            indexes.entrySet()
                    .removeIf(entry -> entry.getKey().file().startsWith(directory) && gone.add(entry.getValue()));
        }
        gone.forEach(LineIndex::close);
    }

    /** How the lines that are asked for begin: those of epochs and of steps each have their first key. */
    private static String beginOf(String lines) {
        if (lines == null) {
            return "";
        }
        return switch (lines) {
            case "epochs" -> "{\"epoch\"";
            case "steps" -> "{\"step\"";
            default -> throw new Problem.Thrown(400, "lines: unknown value, allowed: epochs, steps");
        };
    }

    private static void add(ArrayNode lines, String line, boolean object) {
        try {
            if (object) {
                lines.add(StrictJson.MAPPER.readTree(line));
            } else {
                lines.add(line);
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a line of ours is not JSON", e);
        }
    }
}
