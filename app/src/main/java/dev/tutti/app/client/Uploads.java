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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/** Data of a client on its way to a service; what is there already, under the same name, is not sent again. */
final class Uploads {
    private final ServiceClient client;
    private final Consumer<String> lines;
    private final List<String> sent = new ArrayList<>();

    /**
     * @param client of the service
     * @param lines told what is sent
     */
    Uploads(ServiceClient client, Consumer<String> lines) {
        this.client = client;
        this.lines = lines;
    }

    /**
     * Sees to it that the service has a file.
     *
     * @param file with data
     * @param format its form, where its name does not tell
     * @return the id of the upload
     * @throws InputException if the file cannot be read, or the service does not take it
     */
    String send(Path file, Optional<String> format) throws IOException, InterruptedException {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new InputException(
                    file + ": no such file, or it cannot be read; a service takes files, and the names of"
                            + " built-in data");
        }
        String name = file.getFileName().toString();
        String sha256 = sha256(file, name);
        for (JsonNode known : client.data()) {
            if (known.path("sha256").asText().equals(sha256)
                    && known.path("name").asText().equals(name)
                    && format.map(of -> of.equals(known.path("format").asText()))
                            .orElse(true)) {
                return known.path("id").asText();
            }
        }
        lines.accept("sending " + name + " to " + client.shown());
        String id = client.upload(file, name, format).path("id").asText();
        sent.add(id);
        return id;
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
