package dev.tutti.app.service;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.tutti.app.service.ServiceException.Kind;
import dev.tutti.data.DataFormat;
import dev.tutti.files.AtomicFile;
import dev.tutti.files.FileOperations;
import dev.tutti.files.InputException;
import dev.tutti.files.Sha256;
import dev.tutti.files.StrictJson;
import dev.tutti.files.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Data that clients have sent, each in a directory of its own. It is there once its description is, which is written last; what a
 * crash leaves of an upload is removed at the next start. What clients call it is a label and never the name of a file. Thread-safe.
 */
public final class UploadStore {
    /** Description of an upload, in its directory. */
    static final String FILE = "data.json";

    private static final Logger LOG = LoggerFactory.getLogger(UploadStore.class);
    private static final String CONTENT = "content.";
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int LONGEST_NAME = 200;

    private final FileOperations files;
    private final Path directory;
    private final Limits limits;
    private final LongSupplier clockMs;
    private final Ids ids;
    private final NavigableMap<String, Upload> uploads = new TreeMap<>();

    /** Bytes of all that is here or is being received. */
    private long bytes;

    /**
     * How much is taken, in bytes after unpacking.
     *
     * @param each of one upload
     * @param all of all together
     */
    public record Limits(long each, long all) {
        /** What the service takes. */
        public static final Limits USUAL = new Limits(4L << 30, 32L << 30);
    }

    /**
     * Data that is there.
     *
     * @param id names it for good
     * @param name what the client calls it
     * @param format its form
     * @param bytes its size, unpacked
     * @param sha256 of these bytes
     * @param createdMs when it came, in milliseconds since 1970
     */
    public record Upload(String id, String name, DataFormat format, long bytes, String sha256, long createdMs) {}

    private UploadStore(FileOperations files, Path directory, Limits limits, LongSupplier clockMs, Random random) {
        this.files = files;
        this.directory = directory;
        this.limits = limits;
        this.clockMs = clockMs;
        this.ids = new Ids(clockMs, random);
    }

    /**
     * Finds what is in a directory, which is made where it is missing.
     *
     * @throws InputException if it cannot be read or made
     */
    public static UploadStore open(
            FileOperations files, Path directory, Limits limits, LongSupplier clockMs, Random random) {
        UploadStore store = new UploadStore(files, directory, limits, clockMs, random);
        try {
            files.createDirectories(directory);
            store.readAll();
        } catch (IOException e) {
            throw new InputException(
                    directory + ": cannot be read or made: " + e.getClass().getSimpleName() + ": " + e.getMessage()
                            + "; check its permissions and the free space",
                    e);
        }
        return store;
    }

    private void readAll() throws IOException {
        List<Path> found;
        try (Stream<Path> list = Files.list(directory)) {
            found = list.filter(path -> Ids.isId(path.getFileName().toString())).toList();
        }
        for (Path path : found) {
            try {
                Upload upload = StrictJson.MAPPER.readValue(Files.readAllBytes(path.resolve(FILE)), Upload.class);
                ids.taken(upload.id());
                uploads.put(upload.id(), upload);
                bytes += upload.bytes();
            } catch (NoSuchFileException e) {
                deleteRest(path);
            } catch (JsonProcessingException e) {
                LOG.warn("{}: damaged, so the data is left out: {}", path.resolve(FILE), StrictJson.oneLine(e));
            }
        }
    }

    /**
     * Receives data; it is on the disk when this returns.
     *
     * @param in the bytes
     * @param compressed whether they are packed by gzip; they are unpacked
     * @param name what the client calls it
     * @param format its form
     * @throws ServiceException if it is more than is taken, or it cannot be read or written; nothing is left of it then
     */
    public Upload receive(InputStream in, boolean compressed, String name, DataFormat format) {
        if (name.isBlank() || name.length() > LONGEST_NAME || name.codePoints().anyMatch(Character::isISOControl)) {
            throw new ServiceException(
                    Kind.MALFORMED,
                    "name of the data: 1 to " + LONGEST_NAME + " characters without control characters are needed");
        }
        String id;
        synchronized (this) {
            id = ids.next();
        }
        Path path = directory.resolve(id);
        Received received = new Received();
        boolean done = false;
        try {
            files.createDirectories(path);
            received.copy(in, compressed, path.resolve(CONTENT + format.id()));
            if (received.bytes == 0) {
                throw new ServiceException(Kind.MALFORMED, "no data was sent: the body is empty");
            }
            Upload upload =
                    new Upload(id, name, format, received.bytes, Sha256.hex(received.digest), clockMs.getAsLong());
            ByteBuffer description = ByteBuffer.wrap(StrictJson.MAPPER.writeValueAsBytes(upload));
            AtomicFile.write(files, path.resolve(FILE), channel -> {
                while (description.hasRemaining()) {
                    channel.write(description);
                }
            });
            synchronized (this) {
                uploads.put(id, upload);
            }
            done = true;
            return upload;
        } catch (IOException e) {
            throw ServiceException.storage("data", e);
        } catch (InputException e) {
            throw e.getCause() instanceof IOException cause ? ServiceException.storage("data", cause) : e;
        } finally {
            if (!done) {
                free(received.bytes);
                deleteRest(path);
            }
        }
    }

    private synchronized void free(long count) {
        bytes -= count;
    }

    /** Takes room for more, before it is written. */
    private synchronized void claim(long count, long ofThis) {
        if (ofThis > limits.each()) {
            throw new ServiceException(
                    Kind.TOO_LARGE,
                    "data is larger than is taken: allowed: up to " + limits.each() + " bytes, unpacked");
        }
        if (bytes + count > limits.all()) {
            throw new ServiceException(
                    Kind.TOO_LARGE,
                    "no room for more data: all of it together may have up to " + limits.all()
                            + " bytes, unpacked; delete what is not needed");
        }
        bytes += count;
    }

    /** One upload on its way to the disk. */
    private final class Received {
        private final MessageDigest digest = Sha256.newDigest();
        private long bytes;

        void copy(InputStream from, boolean compressed, Path to) throws IOException {
            byte[] buffer = new byte[BUFFER_BYTES];
            try (FileOperations.OutputFile out = files.create(to)) {
                InputStream in = compressed ? unpacked(from) : from;
                while (true) {
                    int count = read(in, buffer);
                    if (count < 0) {
                        break;
                    }
                    claim(count, bytes + count);
                    bytes += count;
                    digest.update(buffer, 0, count);
                    ByteBuffer left = ByteBuffer.wrap(buffer, 0, count);
                    while (left.hasRemaining()) {
                        out.write(left);
                    }
                }
                out.force();
            }
        }

        private InputStream unpacked(InputStream from) {
            try {
                return new GZIPInputStream(from, BUFFER_BYTES);
            } catch (IOException e) {
                throw notRead(e);
            }
        }

        private int read(InputStream in, byte[] buffer) {
            try {
                return in.read(buffer);
            } catch (IOException e) {
                throw notRead(e);
            }
        }

        private ServiceException notRead(IOException e) {
            return new ServiceException(
                    Kind.MALFORMED,
                    "data was not received as a whole: "
                            + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()));
        }
    }

    /** All data, newest first. */
    public synchronized List<Upload> list() {
        return List.copyOf(uploads.descendingMap().values());
    }

    /** @throws ServiceException if there is no such data */
    public synchronized Upload find(String id) {
        Upload upload = uploads.get(id);
        if (upload == null) {
            throw new ServiceException(Kind.NOT_FOUND, "no such data: " + Ids.shown(id));
        }
        return upload;
    }

    /** Whether there is data of this id. */
    public synchronized boolean has(String id) {
        return uploads.containsKey(id);
    }

    /** The file with the data, which tells its form by its ending. */
    Path file(Upload upload) {
        return directory.resolve(upload.id()).resolve(CONTENT + upload.format().id());
    }

    /** @throws ServiceException if there is no such data */
    synchronized void delete(String id) {
        Upload upload = find(id);
        Path path = directory.resolve(id);
        try {
            files.delete(path.resolve(FILE));
            files.forceDirectory(path);
        } catch (IOException e) {
            throw ServiceException.storage("data", e);
        }
        uploads.remove(id);
        bytes -= upload.bytes();
        deleteRest(path);
    }

    private void deleteRest(Path path) {
        try {
            if (Files.isDirectory(path)) {
                Trees.delete(files, path, FILE);
            }
        } catch (IOException e) {
            LOG.warn("{}: not deleted: {}", path, e.toString());
        }
    }
}
