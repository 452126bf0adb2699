package dev.tutti.app.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Server-sent events as they come. For one thread. */
final class EventStream {
    private final BufferedReader lines;
    private long id;

    /**
     * An event.
     *
     * @param id what names it to the server
     * @param data its text
     */
    record Event(long id, String data) {}

    /** @param in what the service sends; stays the caller's to close */
    EventStream(InputStream in) {
        lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    /**
     * Waits for the next event.
     *
     * @return empty at the end
     * @throws IOException if the connection is lost
     */
    Optional<Event> next() throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("id: ")) {
                id = Long.parseLong(line.substring(4));
            } else if (line.startsWith("data: ")) {
                return Optional.of(new Event(id, line.substring(6)));
            }
        }
        return Optional.empty();
    }
}
