package dev.tutti.app.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.app.run.RunDirectory;
import dev.tutti.files.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A network that is gone without a word: connections stay open, and nothing comes. No call waits for ever. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SilentServiceTest {
    private static final Duration BRIEF = Duration.ofMillis(200);
    private static final Duration PATIENT = Duration.ofMinutes(10);
    private static final String HALF = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":";
    private static final int LARGE = 64 << 20;

    @TempDir
    private Path folder;

    private ServerSocket server;
    private ServiceClient client;
    private final List<Socket> sockets = new ArrayList<>();

    /** What each connection is answered, in turn, before it falls silent. */
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

    private final CountDownLatch answered = new CountDownLatch(1);

    @BeforeEach
    void open() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread accepting = new Thread(this::accept, "test-silent-service");
        accepting.setDaemon(true);
        accepting.start();
        Path token = Files.writeString(folder.resolve("token"), "t");
        client = client(new ServiceClient.Limits(PATIENT, BRIEF, BRIEF), token);
    }

    private ServiceClient client(ServiceClient.Limits limits, Path token) {
        return new ServiceClient(
                ServiceAddress.of("http://127.0.0.1:" + server.getLocalPort(), token, Optional.empty()), limits);
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        synchronized (sockets) {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                synchronized (sockets) {
                    sockets.add(socket);
                }
                String answer = answers.poll();
                if (answer != null) {
                    readHead(socket.getInputStream());
                    socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
                    answered.countDown();
                }
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private static void readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            head.append((char) in.read());
        }
    }

    private Path model() {
        return folder.resolve("model.safetensors");
    }

    @Test
    void shouldNotWaitForAnAnswerForEver() throws Exception {
        client = client(new ServiceClient.Limits(BRIEF, PATIENT, BRIEF), folder.resolve("token"));
        Path data = Files.writeString(folder.resolve("data.csv"), "1,2\n");
        assertThatThrownBy(() -> client.job("one")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> client.cancel("one")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> client.fetchModel("one", model())).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> client.follow("one", "events", 0, () -> {}, event -> {}))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> client.upload(data, "data.csv", Optional.empty()))
                .isInstanceOf(IOException.class)
                .hasMessage("nothing went or came for 200 ms");
        assertThatThrownBy(client::check)
                .isInstanceOf(InputException.class)
                .hasMessageContaining("cannot be reached")
                .hasMessageNotContaining("\n");
    }

    @Test
    void shouldNotWaitForTheRestOfAnAnswerForEver() {
        for (int i = 0; i < 4; i++) {
            answers.add(HALF);
        }
        answers.add(HALF.replace("200 OK", "409 Conflict"));
        String gone = "nothing came for 200 ms";
        assertThatThrownBy(() -> client.job("one")).hasMessage(gone);
        assertThatThrownBy(() -> client.fetchModel("one", model())).hasMessage(gone);
        assertThatThrownBy(() -> client.follow("one", "events", 0, () -> {}, event -> {}))
                .hasMessage(gone);
        assertThatThrownBy(client::check).hasMessageContaining("cannot be reached: " + gone);
        assertThatThrownBy(() -> client.resume("one")).hasMessage(gone);
        assertThat(folder.toFile().list()).as("nothing half-written").containsExactly("token");
    }

    /** More than the buffers on the way take, and nobody reads it. */
    @Test
    void shouldNotSendForEver() throws Exception {
        Path data = Files.write(folder.resolve("data.csv"), new byte[LARGE]);
        assertThatThrownBy(() -> client.upload(data, "data.csv", Optional.empty()))
                .isInstanceOf(IOException.class)
                .hasMessage("nothing went or came for 200 ms");
    }

    @Test
    void shouldFetchAModelAnewWhoseFirstAnswerStoodStill() throws Exception {
        answers.add(HALF);
        answers.add("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nmodel");
        answers.add("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
        answers.add("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        List<String> notes = new ArrayList<>();
        RunDirectory directory = RunDirectory.open(folder.resolve("run"));
        try {
            new Outcome(client, new JobWatch(client, "one", notes::add))
                    .fetch(directory, Optional.empty(), new PrintWriter(new StringWriter()));

            assertThat(directory.file(RunDirectory.MODEL)).hasContent("model");
            assertThat(notes)
                    .containsExactly(
                            "the service does not answer (nothing came for 200 ms); trying again for 600 s",
                            "the service answers again");
        } finally {
            directory.close();
        }
    }

    /** An interrupt is one, not a service that is lost. */
    @Test
    void shouldHeedAnInterruptWithinAnAnswer() throws Exception {
        ServiceClient waiting = client(new ServiceClient.Limits(PATIENT, PATIENT, PATIENT), folder.resolve("token"));
        answers.add(HALF);
        BlockingQueue<Throwable> ends = new LinkedBlockingQueue<>();
        Thread thread = new Thread(() -> {
            try {
                waiting.fetchModel("one", model());
            } catch (Exception e) {
                ends.add(e);
            }
        });
        thread.start();
        answered.await();
        thread.interrupt();
        assertThat(ends.take()).isInstanceOf(InterruptedException.class);
        thread.join();
    }
}
