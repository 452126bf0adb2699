package dev.tutti.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.app.service.TrainingRunner;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page as a person uses it, in a real browser; skipped where there is none. */
@Tag("faults")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PageIT {
    private static final String DRAWN = "Chart.getChart(document.querySelector('canvas')).data.datasets[0].data";

    @TempDir
    Path folder;

    private ServiceInProcess service;
    private Browser browser;

    @BeforeEach
    void open() throws Exception {
        Optional<Path> program = Browser.find();
        assumeTrue(program.isPresent(), "there is no Chromium on this machine");
        service = new ServiceInProcess(
                folder.resolve("home"), of -> new TrainingRunner(of.submission(), Optional.empty()));
        browser = new Browser(program.get());
        browser.open("http://127.0.0.1:" + service.port() + "/" + service.login());
        browser.await("!document.querySelector('#nav').hidden && document.querySelector('h1').textContent === 'Jobs'");
    }

    @AfterEach
    void close() {
        if (browser != null) {
            browser.close();
        }
        if (service != null) {
            service.close();
        }
    }

    @Test
    void shouldTrainWatchCancelResumeAndCompare() throws Exception {
        requireAccessible("the empty list");
        browser.click("#nav a[href='#/new']");
        browser.type("#f-epochs", "many");
        browser.await("document.querySelector('#f-epochs').getAttribute('aria-invalid') === 'true'");
        assertThat(browser.value("document.querySelector('#e-epochs').textContent")
                        .asText())
                .contains("\"many\"", "allowed: whole numbers from 1");
        requireAccessible("the form with a problem");
        browser.type("#f-epochs", "1000000");
        browser.await("document.querySelector('#f-epochs').getAttribute('aria-invalid') === 'false'");
        browser.click("#new-form .primary");

        browser.await("location.hash.startsWith('#/job/') && " + DRAWN + ".length > 3");
        int before = browser.value(DRAWN + ".length").asInt();
        browser.await(DRAWN + ".length > " + before);
        requireAccessible("a job that runs");
        browser.click("[data-key^='Cancel-']");
        browser.await("document.querySelector('.badge.cancelled')");
        int kept = browser.value(DRAWN + ".at(-1).x").asInt();
        browser.click("[data-key^='Resume-']");
        browser.await("document.querySelector('.badge.running') && " + DRAWN + ".at(-1).x > " + kept);
        browser.click("[data-key^='Cancel-']");
        browser.await("document.querySelector('.badge.cancelled')");

        trainTwoEpochsLikeThis();
        browser.await("document.querySelector('table.confusion')");
        requireAccessible("a job that has succeeded");
        trainTwoEpochsLikeThis();
        browser.click("#nav a[href='#/']");
        browser.await("document.querySelectorAll('table.jobs .badge.succeeded').length === 2");
        requireAccessible("the list");
        browser.value("[...document.querySelectorAll('table.jobs input')].slice(0, 2).forEach(box => box.click())");
        browser.value("[...document.querySelectorAll('button')].find(one => one.textContent === 'Compare 2').click()");
        browser.await("document.querySelector('#verdict.same')");
        browser.await(
                DRAWN + ".length === 2 && Chart.getChart(document.querySelector('canvas')).data.datasets.length === 2");
        requireAccessible("two jobs compared");
        requireQuiet();
    }

    /** From the view of a job: clones it, with fewer epochs. */
    private void trainTwoEpochsLikeThis() throws Exception {
        browser.click("[data-key^='clone-']");
        browser.await("document.querySelector('h1').textContent === 'New job like digits'");
        browser.type("#f-epochs", "2");
        browser.click("#new-form .primary");
        browser.await("location.hash.startsWith('#/job/') && document.querySelector('.badge.succeeded')");
    }

    @Test
    void shouldHoldAStepStillAndShowWhoWorks() throws Exception {
        String id = service.submit("{\"data\":\"xor\",\"hidden\":[3],\"epochs\":5,\"validation\":0}");
        service.awaitEnd(id);
        browser.value("location.hash = '#/job/" + id + "/step'");
        browser.await("document.querySelector('.tree') && document.querySelector('.verdict.same')");
        String root = browser.value("[...document.querySelectorAll('.tree .value')].at(-1).textContent")
                .asText();
        JsonNode step = service.get("/api/v1/jobs/" + id + "/step").json();
        assertThat(Double.parseDouble(root))
                .isCloseTo(step.at("/batch/nodes/0-3/0").asDouble(), org.assertj.core.data.Offset.offset(1e-5));
        browser.type("#kill", "1");
        browser.await("document.body.innerText.includes('killed before it sends')");
        assertThat(browser.value("document.querySelector('.verdict.same') !== null")
                        .asBoolean())
                .isTrue();
        browser.type("#number", "5");
        browser.await("document.body.innerText.includes('Epoch 5, step 5 of 5')");
        requireAccessible("a step held still");

        browser.click("#nav a[href='#/cluster']");
        browser.await("document.querySelector('table.workers')");
        assertThat(browser.value("document.querySelector('table.workers').innerText")
                        .asText())
                .contains("embedded");
        requireAccessible("the cluster");
        requireQuiet();
    }

    /** The page gives each job that is handed in a key of its own, and keeps it until there is an answer. */
    @Test
    void shouldMakeOneJobOfADoubleClickAndOfAnAnswerThatIsLost() throws Exception {
        browser.click("#nav a[href='#/new']");
        browser.type("#f-epochs", "1");
        browser.value("{ const real = window.fetch; let lost = false; window.fetch = async (...args) => {"
                + " const answer = await real(...args);"
                + " if (!lost && args[1]?.method === 'POST' && String(args[0]).endsWith('/api/v1/jobs')) {"
                + " lost = true; throw new TypeError('the network is gone'); } return answer; }; }");
        browser.click("#new-form .primary");
        browser.await("document.querySelector('#notice.bad')");
        assertThat(service.get("/api/v1/jobs").json().get("jobs"))
                .as("the answer is lost, the job is not")
                .hasSize(1);

        browser.click("#new-form .primary");
        browser.await("location.hash.startsWith('#/job/') && document.querySelector('.badge.succeeded')");
        assertThat(service.get("/api/v1/jobs").json().get("jobs")).hasSize(1);

        browser.click("#nav a[href='#/new']");
        browser.type("#f-epochs", "1");
        browser.value("{ const train = document.querySelector('#new-form .primary'); train.click(); train.click(); }");
        browser.await("location.hash.startsWith('#/job/') && document.querySelector('.badge.succeeded')");
        assertThat(service.get("/api/v1/jobs").json().get("jobs")).hasSize(2);
    }

    /** Everything is in reach without a mouse, and nothing is wider than a phone. */
    @Test
    void shouldBeOfUseOnAPhoneAndByKeyboard() throws Exception {
        service.awaitEnd(service.submit("{\"data\":\"iris\",\"hidden\":[4],\"epochs\":3}"));
        browser.screen(400, 800, true);
        browser.await("document.querySelector('.badge.succeeded')");
        for (String view : new String[] {"#/", "#/new", "#/cluster"}) {
            browser.value("location.hash = '" + view + "'");
            browser.await("document.querySelector('h1') === document.activeElement");
            assertThat(browser.value("document.documentElement.scrollWidth").asInt())
                    .as(view)
                    .isLessThanOrEqualTo(400);
            requireAccessible(view);
        }
        browser.value("location.hash = '#/'");
        browser.await("document.querySelector('[data-key^=show-]')");
        browser.value("document.querySelector('[data-key^=show-]').focus()");
        browser.press("Enter");
        browser.await("location.hash.startsWith('#/job/') && document.querySelector('table.confusion')");
        browser.value("[...document.querySelectorAll('summary')].at(0).focus()");
        browser.press("Enter");
        browser.await("document.querySelectorAll('figure table tbody tr').length === 3");
        assertThat(browser.value("document.documentElement.scrollWidth").asInt())
                .isLessThanOrEqualTo(400);
        requireAccessible("a job on a phone");
        requireQuiet();
    }

    /** Of a job that is over nobody waits for values. */
    @Test
    void shouldSayThatAJobWithoutValuesWillHaveNone() throws Exception {
        String running = service.submit("{\"data\":\"iris\",\"epochs\":100000000}");
        service.awaitLine("/api/v1/jobs/" + running + "/metrics", "\"epoch\"");
        String waiting = service.submit("{\"data\":\"iris\"}");
        String empty = "[...document.querySelectorAll('.plot .empty')].map(one => one.textContent)";
        browser.value("location.hash = '#/job/" + waiting + "'");
        browser.await("document.querySelector('.badge.queued')");
        assertThat(browser.value(empty))
                .isNotEmpty()
                .allMatch(one -> one.asText().equals("no values yet"));

        service.post("/api/v1/jobs/" + waiting + "/cancel");

        browser.await("document.querySelector('.badge.cancelled') && " + empty
                + ".every(one => one.startsWith('no values: it ended'))");
        requireAccessible("a job that was cancelled before it began");
        service.post("/api/v1/jobs/" + running + "/cancel");
    }

    @Test
    void shouldShowAJobThatStandsStill() throws Exception {
        try (ServiceInProcess still =
                new ServiceInProcess(folder.resolve("still"), of -> (job, run, lines, progress) -> {
                    progress.onWaiting(0, 1);
                    new CountDownLatch(1).await();
                    return "{}";
                })) {
            String id = still.submit("{\"data\":\"iris\"}");
            browser.open("http://127.0.0.1:" + still.port() + "/" + still.login());
            browser.await("document.querySelector('.badge.frozen')");
            requireAccessible("the list with a job that stands still");
            browser.value("location.hash = '#/job/" + id + "'");
            browser.await("document.querySelector('dl') && document.querySelector('.badge.frozen')");
            requireAccessible("a job that stands still");
        }
    }

    /** By axe-core, in what is shown now, in light and in dark. */
    private void requireAccessible(String what) throws Exception {
        browser.value(axe() + "; 0");
        for (boolean dark : new boolean[] {true, false}) {
            browser.colours(dark);
            JsonNode found = browser.value("axe.run().then(result => result.violations.map(one => one.id + ' at '"
                    + " + one.nodes.map(node => node.html.slice(0, 200)).join(' and ')))");
            assertThat(found).as("%s, %s", what, dark ? "dark" : "light").isEmpty();
        }
    }

    private static String axe() throws IOException {
        try (InputStream in = PageIT.class.getResourceAsStream("/axe.min.js")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** No error or warning, and nobody was asked for anything but the service. */
    private void requireQuiet() {
        assertThat(browser.complaints()).isEmpty();
        assertThat(browser.requests())
                .hasSizeGreaterThan(10)
                .allMatch(address -> address.startsWith("http://127.0.0.1:" + service.port() + "/"));
    }
}
