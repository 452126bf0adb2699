package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tutti.app.http.Browser;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers killed, frozen and left out by the buttons of the page, in a real browser; skipped where there is none. */
@Tag("faults")
@Timeout(value = 480, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PageFaultsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final long JOB_S = 200;
    private static final Pattern LINK = Pattern.compile("page at (\\S+)");
    private static final String WORKS = "document.querySelectorAll('table.workers .badge.running').length";

    @TempDir
    Path directory;

    @Test
    void shouldEndWithTheSameHashWhoeverIsKilled() throws Exception {
        Optional<Path> program = Browser.find();
        assumeTrue(program.isPresent(), "there is no Chromium on this machine");
        TuttiProcess service = TuttiProcess.start(
                directory,
                "service",
                Map.of("TUTTI_JAVA_OPTS", "-Xmx256m"),
                List.of(
                        "serve",
                        "--http",
                        "127.0.0.1:" + freePort(),
                        "--home",
                        "home",
                        "--workers",
                        "3",
                        "--allow-faults"));
        try (Browser browser = new Browser(program.get())) {
            TuttiProcess.await(
                    "the service listens", PATIENCE, () -> service.out().contains("token in"));
            Matcher link = LINK.matcher(service.out());
            assertThat(link.find()).isTrue();
            browser.open(link.group(1));
            browser.await("document.querySelector('h1').textContent === 'Jobs'");
            browser.click("#nav a[href='#/cluster']");
            browser.await("document.querySelectorAll('table.workers tbody tr').length === 3");

            train(browser);
            browser.await("document.querySelector('.badge.succeeded')", JOB_S);

            train(browser);
            browser.await("document.querySelector('.badge.running')");
            browser.click("#nav a[href='#/cluster']");
            browser.await(WORKS + " === 3");
            browser.click("[data-key='Kill-worker-1']");
            browser.await("document.querySelectorAll('table.workers tbody tr').length === 2");
            browser.click("[data-key='Leave out-worker-2']");
            browser.await("document.querySelector('table.workers .badge.cancelled')");
            browser.click("[data-key='Take back-worker-2']");
            browser.await("!document.querySelector('table.workers .badge.cancelled')");
            browser.click("[data-key='Freeze-worker-3']");
            browser.await("document.body.innerText.includes('frozen for some seconds: worker-3')");

            browser.click("[data-key=job]");
            browser.await("document.querySelector('.badge.succeeded')", JOB_S);
            assertThat(browser.value("Chart.getChart(document.querySelector('canvas')).marks.length")
                            .asInt())
                    .as("generations marked on the curves")
                    .isPositive();
            browser.click("#nav a[href='#/']");
            browser.await("document.querySelectorAll('table.jobs .badge.succeeded').length === 2");
            browser.value("document.querySelectorAll('table.jobs input').forEach(box => box.click())");
            browser.value(
                    "[...document.querySelectorAll('button')].find(one => one.textContent === 'Compare 2').click()");
            browser.await("document.querySelector('#verdict.same')");
            assertThat(browser.complaints()).isEmpty();
        } finally {
            service.signal("TERM");
            service.await(PATIENCE);
        }
    }

    /** Long enough for what is done to the workers. */
    private static void train(Browser browser) throws Exception {
        browser.click("#nav a[href='#/new']");
        browser.type("#f-epochs", "300");
        browser.type("#f-hidden", "256,256");
        browser.click("#new-form .primary");
        browser.await("location.hash.startsWith('#/job/')");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
