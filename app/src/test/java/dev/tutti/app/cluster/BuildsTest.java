package dev.tutti.app.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.tutti.config.Endpoint;
import dev.tutti.config.WorkerSettings;
import dev.tutti.coordinator.actor.CoordinatorActor;
import dev.tutti.files.InputException;
import dev.tutti.protocol.Build;
import dev.tutti.transport.TransportKind;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** A coordinator and a worker of different builds meet over the network. */
class BuildsTest {
    private static final Build NEWER = new Build(
            Build.current().version(), Build.PROTOCOL + 1, Build.current().wire());

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldRefuseAnotherBuildOnBothSidesWithALineThatSaysWhatToUpdate() throws Exception {
        BlockingQueue<String> log = new LinkedBlockingQueue<>();
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                if (event.getFormattedMessage().contains("refused")) {
                    log.add(event.getFormattedMessage());
                }
            }
        };
        Logger logger = (Logger) LoggerFactory.getLogger(CoordinatorActor.class);
        logger.addAppender(appender);
        appender.start();
        Endpoint bind = new Endpoint("127.0.0.1", freePort());
        try (CoordinatorNode coordinator =
                CoordinatorNode.start(NEWER, bind, TransportKind.IPC, Optional.empty(), Optional.empty())) {
            WorkerSettings settings = WorkerSettings.read(
                    Map.of("coordinator", bind.toString(), "name", "old", "threads", "1"), Optional.empty());
            assertThatThrownBy(() -> WorkerNode.run(settings, Build.current()))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining(bind.toString())
                    .hasMessageEndingWith("update the worker");
            assertThat(log.take()).startsWith("worker old refused: ").endsWith("update the worker");
            coordinator.leave("the test is over", false);
        } finally {
            logger.detachAppender(appender);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
