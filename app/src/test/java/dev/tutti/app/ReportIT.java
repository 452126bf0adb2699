package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tutti.app.http.Browser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The report of a run in a real browser, wide and narrow, light and dark; skipped where there is none. */
@Tag("faults")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReportIT {
    @TempDir
    Path directory;

    @Test
    void shouldBeAccessibleAndAskForNothing() throws Exception {
        Optional<Path> program = Browser.find();
        assumeTrue(program.isPresent(), "there is no Chromium on this machine");
        try (Browser browser = new Browser(program.get())) {
            for (String data : List.of("digits", "diabetes")) {
                Path run = directory.resolve(data);
                assertThat(Cli.run(
                                        "train",
                                        data,
                                        "--trainer",
                                        "reference",
                                        "--epochs",
                                        "3",
                                        "--lr",
                                        "0.01",
                                        "--out",
                                        run.toString())
                                .code())
                        .isZero();
                assertThat(Cli.run("report", run.toString()).code()).isZero();
                look(browser, run.resolve("report.html"));
            }
            assertThat(browser.complaints()).isEmpty();
            assertThat(browser.requests()).allMatch(address -> address.startsWith("file:"));
        }
    }

    private static void look(Browser browser, Path page) throws Exception {
        assertThat(Files.size(page)).isLessThan(200_000);
        for (boolean dark : new boolean[] {false, true}) {
            for (int width : new int[] {1280, 390}) {
                browser.screen(width, 900, dark);
                browser.open(page.toUri().toString());
                browser.await(
                        "document.readyState === 'complete' && document.querySelectorAll('figure svg').length > 2");
                assertThat(browser.value("document.documentElement.scrollWidth").asInt())
                        .isLessThanOrEqualTo(width);
                browser.value("document.querySelectorAll('details').forEach(one => { one.open = true; }); 0");
                browser.value(axe() + "; 0");
                assertThat(browser.value("axe.run().then(result => result.violations.map(one => one.id + ' at '"
                                + " + one.nodes.map(node => node.html.slice(0, 200)).join(' and ')))"))
                        .as("%s, %s wide, dark %s", page, width, dark)
                        .isEmpty();
            }
        }
    }

    private static String axe() throws IOException {
        try (InputStream in = ReportIT.class.getResourceAsStream("/axe.min.js")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
