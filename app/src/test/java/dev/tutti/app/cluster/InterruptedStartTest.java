package dev.tutti.app.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.config.Endpoint;
import dev.tutti.transport.TransportKind;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C while a process starts. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InterruptedStartTest {
    @TempDir
    private Path folder;

    @Test
    void shouldStartAndStopWholeAndKeepTheInterruptForLater() throws IOException {
        Endpoint bind = new Endpoint("127.0.0.1", freePort());
        Thread.currentThread().interrupt();
        try (CoordinatorNode node =
                CoordinatorNode.start(bind, TransportKind.IPC, Optional.empty(), Optional.of(folder))) {
            assertThat(node).isNotNull();
            assertThat(folder).isNotEmptyDirectory();
        }
        assertThat(Thread.interrupted()).as("interrupted").isTrue();
        assertThat(folder).isEmptyDirectory();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
