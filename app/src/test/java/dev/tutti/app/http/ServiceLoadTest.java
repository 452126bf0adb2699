package dev.tutti.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.app.http.ServiceInProcess.Answer;
import dev.tutti.app.service.TrainingRunner;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many clients at once, among them some that only hold up: the others are answered, and the training goes on to the same bits. */
@Tag("faults")
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServiceLoadTest {
    private static final int IDLE = 1000;
    private static final int SLOW = 20;
    private static final int DEAF = 40;
    private static final int CLIENTS = 24;
    private static final String JOBS = "/api/v1/jobs";
    private static final String JOB = "{\"data\":\"digits\",\"epochs\":400,\"metrics-per-step\":true}";
    private static final List<String> LOOKS = List.of("", "/metrics?points=100", "/events?limit=10", "/log?limit=10");

    @TempDir
    Path folder;

    private final List<Socket> sockets = new ArrayList<>();

    @Test
    void shouldAnswerAndTrainWhateverOthersDo() throws Exception {
        try (ServiceInProcess service =
                new ServiceInProcess(folder, of -> new TrainingRunner(of.submission(), Optional.empty()))) {
            JsonNode undisturbed = service.awaitEnd(service.submit(JOB));
            try {
                for (int i = 0; i < IDLE; i++) {
                    connect(service, "");
                }
                for (int i = 0; i < SLOW; i++) {
                    connect(service, "POST " + JOBS + " HTTP/1.1\r\nContent-Length: 100000\r\n" + head() + "{");
                }
                String id = service.submit(JOB);
                for (int i = 0; i < DEAF; i++) {
                    connect(
                            service,
                            "GET " + JOBS + "/" + id + "/metrics HTTP/1.1\r\nAccept: text/event-stream\r\n" + head());
                }

                AtomicLong answers = new AtomicLong();
                Queue<String> refused = watch(service, id, answers);

                assertThat(refused).isEmpty();
                assertThat(answers.get()).isGreaterThan(CLIENTS);
                JsonNode disturbed = service.get(JOBS + "/" + id).json();
                assertThat(disturbed.get("state").asText()).isEqualTo("SUCCEEDED");
                assertThat(disturbed.get("weightsSha256")).isEqualTo(undisturbed.get("weightsSha256"));
            } finally {
                for (Socket socket : sockets) {
                    socket.close();
                }
            }
            assertThat(service.get("/health").status()).isEqualTo(200);
        }
    }

    private void connect(ServiceInProcess service, String begin) throws IOException {
        Socket socket = new Socket("127.0.0.1", service.port());
        sockets.add(socket);
        socket.getOutputStream().write(begin.getBytes(StandardCharsets.US_ASCII));
    }

    private static String head() {
        return "Host: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer " + ServiceInProcess.TOKEN
                + "\r\n\r\n";
    }

    /** Clients list, watch and post until the job is over; returns what was answered otherwise than it should be. */
    private static Queue<String> watch(ServiceInProcess service, String id, AtomicLong answers) throws Exception {
        Queue<String> refused = new ConcurrentLinkedQueue<>();
        AtomicBoolean over = new AtomicBoolean();
        CountDownLatch done = new CountDownLatch(CLIENTS);
        for (int client = 0; client < CLIENTS; client++) {
            int number = client;
            Thread thread = new Thread(() -> {
                try {
                    for (int turn = number; !over.get(); turn++) {
                        Answer answer = service.get(JOBS + "/" + id + LOOKS.get(turn % LOOKS.size()));
                        answers.incrementAndGet();
                        if (answer.status() != 200) {
                            refused.add(answer.text());
                        }
                        if (turn % LOOKS.size() == 0
                                && answer.json().get("state").asText().equals("SUCCEEDED")) {
                            over.set(true);
                        }
                        int checked = service.post(JOBS + "/check", ServiceInProcess.JSON, JOB)
                                .status();
                        if (checked != 200 || service.get(JOBS + "?limit=5").status() != 200) {
                            refused.add("turn " + turn + ": " + checked);
                        }
                    }
                } catch (Exception e) {
                    refused.add(e.toString());
                    over.set(true);
                } finally {
                    done.countDown();
                }
            });
            thread.start();
        }
        done.await();
        return refused;
    }
}
