package dev.tutti.app.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.app.service.ServiceException.Kind;
import dev.tutti.app.service.UploadStore.Limits;
import dev.tutti.app.service.UploadStore.Upload;
import dev.tutti.data.DataFormat;
import dev.tutti.files.FileOperations;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadStoreTest {
    private static final String ROWS = "a,b\n1,2\n3,4\n";

    @TempDir
    Path folder;

    private UploadStore open(FileOperations files, long each, long all) {
        return UploadStore.open(files, folder, new Limits(each, all), () -> 1_700_000_000_000L, new Random(1));
    }

    private UploadStore open() {
        return open(FileOperations.SYSTEM, 1000, 2000);
    }

    private static InputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static InputStream packed(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    @Test
    void shouldKeepWhatItReceives() throws IOException {
        UploadStore store = open();
        Upload plain = store.receive(bytes(ROWS), false, "../../houses.csv", DataFormat.CSV);
        Upload packed = store.receive(packed(ROWS), true, "houses.csv.gz", DataFormat.CSV);

        assertThat(packed.bytes()).isEqualTo(ROWS.length());
        assertThat(packed.sha256()).isEqualTo(plain.sha256());
        UploadStore again = open();
        assertThat(again.list()).containsExactly(packed, plain);
        assertThat(again.file(plain)).hasContent(ROWS).hasFileName("content.csv");
        assertThat(again.file(plain).getParent().getParent()).isEqualTo(folder);
        assertThat(folder.getParent().resolve("houses.csv")).doesNotExist();
    }

    @Test
    void shouldTakeNoMoreThanItsLimits() throws IOException {
        UploadStore store = open();
        assertRefused(store, bytes("x".repeat(1001)), false, Kind.TOO_LARGE);
        assertRefused(store, packed("x".repeat(1_000_000)), true, Kind.TOO_LARGE);
        store.receive(bytes("x".repeat(1000)), false, "a.csv", DataFormat.CSV);
        Upload last = store.receive(bytes("x".repeat(1000)), false, "b.csv", DataFormat.CSV);
        assertRefused(store, bytes("x"), false, Kind.TOO_LARGE);

        store.delete(last.id());

        store.receive(bytes("x".repeat(1000)), false, "c.csv", DataFormat.CSV);
        assertRefused(open(), bytes("x"), false, Kind.TOO_LARGE);
    }

    @Test
    void shouldLeaveNothingOfWhatWasNotReceivedAsAWhole() {
        UploadStore store = open();
        InputStream breaks = new InputStream() {
            private int left = 100;

            @Override
            public int read() throws IOException {
                if (left == 0) {
                    throw new IOException("connection reset");
                }
                left--;
                return 'x';
            }
        };
        assertRefused(store, breaks, false, Kind.MALFORMED);
        assertRefused(store, bytes("not gzip"), true, Kind.MALFORMED);
        assertRefused(store, bytes(""), false, Kind.MALFORMED);
        assertThat(folder).isEmptyDirectory();
        assertThatThrownBy(() -> store.receive(bytes(ROWS), false, "a\nb", DataFormat.CSV))
                .hasMessageContaining("without control characters");
    }

    @Test
    void shouldHoldAllOrNothingAfterACrashAtAnyWrite() throws IOException {
        boolean crashed = true;
        for (int operations = 1; crashed; operations++) {
            CrashingFiles files = new CrashingFiles(operations, new Random(operations));
            Upload kept = null;
            try {
                UploadStore store = open(files, 1000, 1_000_000);
                kept = store.receive(bytes(ROWS), false, "a.csv", DataFormat.CSV);
                store.delete(store.receive(bytes(ROWS), false, "b.csv", DataFormat.CSV)
                        .id());
            } catch (RuntimeException e) {
                assertThat(files.hasCrashed()).isTrue();
            }
            crashed = files.hasCrashed();
            files.losePower();
            UploadStore after = open();
            if (kept != null) {
                assertThat(after.list())
                        .as("crash after %s operations", operations)
                        .contains(kept);
            }
            for (Upload upload : after.list()) {
                assertThat(after.file(upload))
                        .as("crash after %s operations", operations)
                        .hasContent(ROWS);
                after.delete(upload.id());
            }
            assertThat(folder).isEmptyDirectory();
        }
    }

    private static void assertRefused(UploadStore store, InputStream in, boolean compressed, Kind kind) {
        int before = store.list().size();
        assertThatThrownBy(() -> store.receive(in, compressed, "a.csv", DataFormat.CSV))
                .isInstanceOfSatisfying(
                        ServiceException.class, e -> assertThat(e.kind()).isEqualTo(kind));
        assertThat(store.list()).hasSize(before);
    }
}
