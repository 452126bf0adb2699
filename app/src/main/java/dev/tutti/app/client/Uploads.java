package dev.tutti.app.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.files.InputException;
import dev.tutti.files.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/** Data of a client on its way to a service; what is there already, under the same name, is not sent again. */
final class Uploads {
    private static final int LEAST_TRIES = 3;

    private final ServiceClient client;
    private final Duration limit;
    private final Consumer<String> lines;
    private final Map<Path, Sending> sendings = new HashMap<>();
    private final Set<String> sent = new LinkedHashSet<>();

    /** A file that is sent, or was: its hash is worked out once, however often that is tried. */
    private static final class Sending {
        private final String sha256;
        private int tries;
        private long beganNs;

        Sending(String sha256) {
            this.sha256 = sha256;
        }
    }

    /**
     * @param client of the service
     * @param limit a file that the service fails to take, though it answers, is given up after this time, and some tries
     * @param lines told what is sent
     */
    Uploads(ServiceClient client, Duration limit, Consumer<String> lines) {
        this.client = client;
        this.limit = limit;
        this.lines = lines;
    }

    /**
     * Sees to it that the service has a file. May be called again where it did not answer.
     *
     * @param file with data
     * @param format its form, where its name does not tell
     * @param reached told once the service has answered at all
     * @return the id of the upload
     * @throws InputException if the file cannot be read, or the service does not take it
     */
    String send(Path file, Optional<String> format, Runnable reached) throws IOException, InterruptedException {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new InputException(
                    file + ": no such file, or it cannot be read; a service takes files, and the names of"
                            + " built-in data");
        }
        String name = file.getFileName().toString();
        Sending sending = sendings.get(file);
        if (sending == null) {
            sending = new Sending(sha256(file, name));
            sendings.put(file, sending);
        }
        JsonNode there = client.data();
        reached.run();
        for (JsonNode known : there) {
            if (known.path("sha256").asText().equals(sending.sha256)
                    && known.path("name").asText().equals(name)
                    && format.map(of -> of.equals(known.path("format").asText()))
                            .orElse(true)) {
                String id = known.path("id").asText();
                if (sending.tries > 0) {
                    // It was not there before: it is ours, of which the answer was lost.
                    sent.add(id);
                }
                return id;
            }
        }
        lines.accept("sending " + name + " to " + client.shown());
        if (sending.tries++ == 0) {
            sending.beganNs = System.nanoTime();
        }
        try {
            String id = client.upload(file, name, format).path("id").asText();
            sent.add(id);
            return id;
        } catch (IOException e) {
            requireHope(sending, name, Patience.describe(e));
            throw e;
        } catch (ServiceProblem e) {
            if (e.isPassing()) {
                requireHope(sending, name, e.getMessage());
            }
            throw e;
        }
    }

    /** The service answers, so that the outage ends with each try, and yet it does not take the file. */
    private void requireHope(Sending sending, String name, String problem) {
        if (sending.tries >= LEAST_TRIES && System.nanoTime() - sending.beganNs > limit.toNanos()) {
            throw new InputException(name + ": was sent " + sending.tries + " times, and " + client.shown()
                    + " did not take it: " + problem + "; look at its log, and what is between");
        }
    }

    /** Of the content as the service keeps it: unpacked. */
    private static String sha256(Path file, String name) {
        MessageDigest digest = Sha256.newDigest();
        try (InputStream in = Files.newInputStream(file);
                InputStream unpacked =
                        name.toLowerCase(Locale.ROOT).endsWith(".gz") ? new GZIPInputStream(in, 1 << 16) : in) {
            new DigestInputStream(unpacked, digest).transferTo(java.io.OutputStream.nullOutputStream());
            return Sha256.hex(digest);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read: " + e.getMessage(), new UncheckedIOException(e));
        }
    }

    /** Nobody needs what was sent: the service refuses the job. */
    void takeBack() throws InterruptedException {
        for (String id : sent) {
            try {
                client.deleteData(id);
            } catch (IOException | InputException e) {
                lines.accept("data " + id + " stays on the service: " + e.getMessage());
            }
        }
        sent.clear();
    }
}
