package dev.tutti.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.aeron.CncFileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DriverDirectoryTest {
    /** Above what Linux gives to a process. */
    private static final long NO_PROCESS = 1L << 40;

    @TempDir
    Path root;

    private Path folder;
    private Path precious;

    @BeforeEach
    void begin() throws IOException {
        folder = Files.createDirectory(root.resolve("shared"));
        precious = Files.writeString(Files.createDirectory(root.resolve("home")).resolve("precious"), "text");
    }

    @Test
    void shouldRemoveWhatAKilledProcessLeft() throws IOException {
        Path leftover = leftover("a");
        Files.writeString(leftover.resolve("publications").resolve("1.logbuffer"), "");
        DriverDirectory.removeLeftovers(folder);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void shouldRemoveLinksAndNotWhatTheyLeadTo() throws IOException {
        Path publications = leftover("b").resolve("publications");
        Files.createSymbolicLink(publications.resolve("folder"), precious.getParent());
        Files.createSymbolicLink(publications.resolve("file"), precious);
        DriverDirectory.removeLeftovers(folder);
        assertThat(precious).hasContent("text");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void shouldLeaveADirectoryAloneWhoseEntriesAreLinks() throws IOException {
        Path leftover = leftover("c");
        Files.createSymbolicLink(leftover.resolve("images"), precious.getParent());
        DriverDirectory.removeLeftovers(folder);
        assertThat(precious).hasContent("text");
        assertThat(leftover.resolve("publications")).isDirectory();
    }

    @Test
    void shouldLeaveALinkToADirectoryAlone() throws IOException {
        Path elsewhere = driverDirectory(root.resolve("elsewhere"));
        Path link = Files.createSymbolicLink(folder.resolve(name("d")), elsewhere);
        DriverDirectory.removeLeftovers(folder);
        assertThat(elsewhere.resolve("publications")).isDirectory();
        assertThat(link).isSymbolicLink();
    }

    @Test
    void shouldRemoveWhatAProcessLeftThatWasKilledAtItsStart() throws IOException {
        Path started = leftover("f");
        Path file = Files.write(started.resolve(CncFileDescriptor.CNC_FILE), new byte[1 << 16]);
        DriverDirectory.removeLeftovers(folder);
        assertThat(started).as("a driver that starts right now").isDirectory();
        Files.setLastModifiedTime(
                file, FileTime.fromMillis(System.currentTimeMillis() - 2 * AeronNode.LIVENESS.toMillis()));
        DriverDirectory.removeLeftovers(folder);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void shouldLeaveADriverAloneThatStoodStillForNoLongerThanItMay() throws IOException {
        Path paused = leftover("e");
        long livenessMs = AeronNode.LIVENESS.toMillis();
        writeHeartbeat(paused, System.currentTimeMillis() - livenessMs / 2);
        DriverDirectory.removeLeftovers(folder);
        assertThat(paused).isDirectory();
        writeHeartbeat(paused, System.currentTimeMillis() - 2 * livenessMs);
        DriverDirectory.removeLeftovers(folder);
        assertThat(paused).doesNotExist();
    }

    private Path leftover(String token) throws IOException {
        return driverDirectory(folder.resolve(name(token)));
    }

    private static String name(String token) {
        return "tutti-somebody-" + NO_PROCESS + "-" + token;
    }

    private static Path driverDirectory(Path directory) throws IOException {
        Files.createDirectories(directory.resolve("publications"));
        Files.writeString(directory.resolve(CncFileDescriptor.CNC_FILE), "");
        return directory;
    }

    private static void writeHeartbeat(Path directory, long ms) throws IOException {
        int ring = 1024 + RingBufferDescriptor.TRAILER_LENGTH;
        int length = CncFileDescriptor.computeCncFileLength(ring + 4 * 4096, 4096);
        try (FileChannel file = FileChannel.open(
                directory.resolve(CncFileDescriptor.CNC_FILE), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(length), 0);
            MappedByteBuffer bytes = file.map(FileChannel.MapMode.READ_WRITE, 0, length);
            UnsafeBuffer metadata = CncFileDescriptor.createMetaDataBuffer(bytes);
            long livenessNs = TimeUnit.SECONDS.toNanos(10);
            CncFileDescriptor.fillMetaData(metadata, ring, 4096, 4096, 4096, livenessNs, 4096, 0, NO_PROCESS, 4096);
            new ManyToOneRingBuffer(CncFileDescriptor.createToDriverBuffer(bytes, metadata)).consumerHeartbeatTime(ms);
            CncFileDescriptor.signalCncReady(metadata);
            bytes.force();
        }
    }
}
