package dev.tutti.app.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.app.cluster.JobClient;
import dev.tutti.app.console.ExitCode;
import dev.tutti.config.CoordinatorSettings;
import dev.tutti.config.Endpoint;
import dev.tutti.protocol.ClientMessage.Ended;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Jobs that are handed in over the network, to a coordinator that does not trust them. */
class CoordinatorServerTest {
    @TempDir
    Path folder;

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldRefuseWhatASubmittedJobMayNotDoWithOneLine() throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        Path secret = Files.writeString(folder.resolve("secret.csv"), "a,b\n1,2\n");
        Endpoint bind = new Endpoint("127.0.0.1", freePort());
        CoordinatorSettings settings = CoordinatorSettings.read(
                Map.of(
                        "coordinator-bind", bind.toString(),
                        "transport", "ipc",
                        "data-root", data.toString(),
                        "runs-root", folder.resolve("runs").toString()),
                Optional.empty());
        Thread server = new Thread(
                () -> {
                    try {
                        new CoordinatorServer(settings).run();
                    } catch (InterruptedException e) {
                        // The test is over.
                    }
                },
                "server");
        server.start();
        try {
            awaitListening(bind);
            assertRefused(bind, "data = digits, name = ${PATH}", "substitution", System.getenv("PATH"));
            assertRefused(bind, "data = \"" + secret + "\"", "data", "1,2");
            assertThat(folder.resolve("runs")).doesNotExist();
        } finally {
            server.interrupt();
            server.join();
        }
    }

    private static void assertRefused(Endpoint at, String config, String says, String doesNotSay)
            throws InterruptedException {
        Ended ended = JobClient.run(at, config, line -> {});
        assertThat(ended.exitCode()).as(config).isEqualTo(ExitCode.BAD_INPUT.code());
        assertThat(ended.problem()).contains(says).doesNotContain(doesNotSay).doesNotContain("\n");
    }

    private static void awaitListening(Endpoint bind) {
        boolean listening = false;
        while (!listening) {
            try {
                new Socket(bind.host(), bind.port()).close();
                listening = true;
            } catch (IOException e) {
                Thread.yield();
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
