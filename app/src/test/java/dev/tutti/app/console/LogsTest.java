package dev.tutti.app.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

class LogsTest {
    private static final String HICCUP =
            "heartbeat interval is growing too large for address akka://tutti@h:1: 2500 millis";
    private static final String UNREACHABLE =
            "Cluster Node [akka://tutti@h:1] - Marking node as UNREACHABLE [Member(...)]";
    private static final String NOT_SERIALIZED =
            "Failed to serialize message [akka.remote.artery.OutboundHandshake$HandshakeReq]";
    private static final String PHASE = "Coordinated shutdown phase [cluster-exiting] timed out";

    private final PrintStream before = System.err;
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    @TempDir
    Path folder;

    @AfterEach
    void restore() {
        System.setErr(before);
        Logs.toStandardError(Logs.Level.QUIET);
    }

    @ParameterizedTest
    @EnumSource(Logs.Level.class)
    void shouldKeepAkkasWordsForTheLogOfTheRun(Logs.Level level) throws IOException {
        System.setErr(new PrintStream(shown, true, StandardCharsets.UTF_8));
        Logs.toStandardError(level);
        Path file = folder.resolve("run.log");
        Logs.toFile(file);
        LoggerFactory.getLogger("akka.remote.PhiAccrualFailureDetector").warn(HICCUP);
        LoggerFactory.getLogger("akka.cluster.Cluster").warn(UNREACHABLE);
        LoggerFactory.getLogger("akka.remote.artery.Encoder").error(NOT_SERIALIZED);
        LoggerFactory.getLogger("akka.actor.CoordinatedShutdown").warn(PHASE);
        LoggerFactory.getLogger("akka.actor.LocalActorRefProvider").error("a real fault");
        LoggerFactory.getLogger("dev.tutti.app").warn("heartbeat interval is growing too large: ours");
        Logs.closeFile();
        boolean verbose = level == Logs.Level.VERBOSE;
        for (String akkas : List.of(HICCUP, UNREACHABLE, NOT_SERIALIZED, PHASE)) {
            assertThat(shown.toString(StandardCharsets.UTF_8).contains(akkas))
                    .as(akkas)
                    .isEqualTo(verbose);
        }
        assertThat(shown.toString(StandardCharsets.UTF_8)).contains("a real fault", "too large: ours");
        assertThat(Files.readString(file)).contains(HICCUP, UNREACHABLE, NOT_SERIALIZED, PHASE, "a real fault");
    }

    @Test
    void shouldNotShowWhatIsNoNews() {
        System.setErr(new PrintStream(shown, true, StandardCharsets.UTF_8));
        Logs.toStandardError(Logs.Level.SERVER);
        LoggerFactory.getLogger("akka.cluster.Cluster").info("a member is Up");
        LoggerFactory.getLogger("dev.tutti.app").debug("a detail");
        LoggerFactory.getLogger("dev.tutti.app").info("news");
        assertThat(shown.toString(StandardCharsets.UTF_8)).contains("news").doesNotContain("Up", "detail");
    }
}
