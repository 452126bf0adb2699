package dev.tutti.app.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

class LogsTest {
    private static final String HICCUP =
            "heartbeat interval is growing too large for address akka://tutti@h:1: 2500 millis";

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
    void shouldKeepAkkasHiccupsForTheLogOfTheRun(Logs.Level level) throws IOException {
        System.setErr(new PrintStream(shown, true, StandardCharsets.UTF_8));
        Logs.toStandardError(level);
        Path file = folder.resolve("run.log");
        Logs.toFile(file);
        LoggerFactory.getLogger("akka.remote.PhiAccrualFailureDetector").warn(HICCUP);
        LoggerFactory.getLogger("akka.cluster.Cluster").warn("a real fault");
        LoggerFactory.getLogger("dev.tutti.app").warn("heartbeat interval is growing too large: ours");
        Logs.closeFile();
        boolean verbose = level == Logs.Level.VERBOSE;
        assertThat(shown.toString(StandardCharsets.UTF_8).contains(HICCUP)).isEqualTo(verbose);
        assertThat(shown.toString(StandardCharsets.UTF_8)).contains("a real fault", "too large: ours");
        assertThat(Files.readString(file)).contains(HICCUP, "a real fault");
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
