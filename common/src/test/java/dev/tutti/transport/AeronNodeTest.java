package dev.tutti.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.files.InputException;
import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AeronNodeTest {
    /** No process has such a number. */
    private static final String NO_PROCESS = "2147483646";

    @TempDir
    Path folder;

    @Test
    void shouldLeaveAloneWhatItDidNotMake() throws IOException {
        Path letter = Files.writeString(folder.resolve("letter.txt"), "dear");
        Path drawer = Files.createDirectories(folder.resolve("tutti-drawer-" + NO_PROCESS + "-1f"));
        Path photograph = Files.writeString(drawer.resolve("photograph.png"), "smile");
        Path emptyDrawer = Files.createDirectories(folder.resolve("tutti-drawer-" + NO_PROCESS + "-2f"));
        Path directory;
        try (AeronNode node = AeronNode.launch(folder)) {
            directory = node.directory();
            assertThat(directory.getParent()).isEqualTo(folder);
            assertThat(directory).isDirectory();
            assertThat(letter).hasContent("dear");
        }
        assertThat(directory).doesNotExist();
        assertThat(letter).hasContent("dear");
        assertThat(photograph).hasContent("smile");
        assertThat(emptyDrawer).exists();
    }

    @Test
    void shouldMakeAFolderThatDoesNotExist() {
        Path missing = folder.resolve("a/b");
        try (AeronNode node = AeronNode.launch(missing)) {
            assertThat(node.directory().getParent()).isEqualTo(missing);
        }
    }

    @Test
    void shouldRemoveTheDirectoryOfADeadDriver() throws IOException {
        Path dead = Files.createDirectories(folder.resolve("tutti-me-" + NO_PROCESS + "-3f"));
        Path file = Files.write(dead.resolve("cnc.dat"), new byte[64]);
        Files.setLastModifiedTime(file, FileTime.fromMillis(0));
        Files.createDirectories(dead.resolve("publications"));
        Files.createDirectories(dead.resolve("images"));
        Files.writeString(dead.resolve("tutti.id"), "id");
        try (AeronNode node = AeronNode.launch(folder)) {
            assertThat(node.directory()).exists();
            assertThat(dead).doesNotExist();
        }
    }

    @Test
    void shouldRefuseFilesAndDirectoriesOfDrivers() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "dear");
        assertThatThrownBy(() -> AeronNode.launch(file))
                .isInstanceOf(InputException.class)
                .hasMessage("--aeron-dir must be a directory: " + file + " is a file; name another");
        assertThat(file).hasContent("dear");

        Path dead = Files.createDirectories(folder.resolve("dead"));
        Files.write(dead.resolve("cnc.dat"), new byte[64]);
        assertThatThrownBy(() -> AeronNode.launch(dead))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("holds the files of a driver that is gone");
        assertThatThrownBy(() -> AeronNode.shareOrLaunch(dead)).isInstanceOf(InputException.class);
        assertThat(dead.resolve("cnc.dat")).exists();

        try (AeronNode node = AeronNode.launch(folder)) {
            assertThatThrownBy(() -> AeronNode.launch(node.directory()))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("is in use by another driver");
            assertThat(canCarry(node.aeron(), node.aeron())).isTrue();
        }
    }

    @Test
    void shouldShareTheDriverThatRunsInADirectory() {
        try (AeronNode node = AeronNode.launch(folder);
                AeronNode other = AeronNode.shareOrLaunch(node.directory());
                AeronNode apart = AeronNode.shareOrLaunch(folder)) {
            assertThat(other.directory()).isEqualTo(node.directory());
            assertThat(other.id()).isEqualTo(node.id());
            assertThat(AeronNode.canShare(other.directory(), node.id())).isTrue();
            assertThat(canCarry(node.aeron(), other.aeron())).isTrue();
            assertThat(apart.directory()).isNotEqualTo(node.directory());
            assertThat(AeronNode.canShare(apart.directory(), node.id())).isFalse();
        }
    }

    /** Aeron closes a client whose process stood still for too long. */
    @Test
    void shouldRenewAClientThatIsClosed() {
        try (AeronNode node = AeronNode.launch(folder);
                AeronNode other = AeronNode.connect(node.directory(), node.id())) {
            Aeron first = node.aeron();
            assertThat(node.aeron()).isSameAs(first);
            first.close();
            assertThat(node.aeron()).isNotSameAs(first);
            assertThat(canCarry(node.aeron(), other.aeron())).isTrue();
            other.aeron().close();
            assertThat(canCarry(other.aeron(), node.aeron())).isTrue();
        }
    }

    /** Those who share a driver know its directory and id, so both stay. */
    @Test
    void shouldRenewADriverThatIsGone() throws IOException {
        try (AeronNode node = AeronNode.launch(folder);
                AeronNode other = AeronNode.connect(node.directory(), node.id())) {
            IoUtil.delete(node.directory().toFile(), false);
            assertThatThrownBy(other::aeron)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the media driver is gone");
            assertThat(node.aeron().isClosed()).isFalse();
            assertThat(AeronNode.canShare(node.directory(), node.id())).isTrue();
            assertThat(canCarry(node.aeron(), other.aeron())).isTrue();
            assertThat(files()).containsExactly(node.directory());
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void shouldNotComeBackAfterItsEnd() {
        AeronNode node = AeronNode.launch(folder);
        node.close();
        assertThatThrownBy(node::aeron).isInstanceOf(IllegalStateException.class);
        assertThat(node.directory()).doesNotExist();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static boolean canCarry(Aeron from, Aeron to) {
        UnsafeBuffer message = new UnsafeBuffer(new byte[] {1, 2, 3});
        try (Subscription subscription = to.addSubscription("aeron:ipc", 7);
                ExclusivePublication publication =
                        from.addExclusivePublication("aeron:ipc?term-length=64k|mtu=8k", 7)) {
            while (publication.offer(message) < 0) {
                Thread.yield();
            }
            int[] received = new int[1];
            while (subscription.poll((buffer, offset, length, header) -> received[0] = length, 1) == 0) {
                Thread.yield();
            }
            return received[0] == 3;
        }
    }
}
