package dev.tutti.app.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.app.console.ExitCode;
import dev.tutti.app.service.ServiceException.Kind;
import dev.tutti.files.FileOperations;
import dev.tutti.files.StrictJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobStoreTest {
    private static final JobOutcome FAILED = new JobOutcome(ExitCode.TRAINING_FAILED, "NaN", "");

    @TempDir
    Path folder;

    private final AtomicLong clockMs = new AtomicLong(1_700_000_000_000L);

    private JobStore open() {
        return open(FileOperations.SYSTEM, folder, 1);
    }

    private JobStore open(FileOperations files, Path directory, long seed) {
        return JobStore.open(files, directory, clockMs::incrementAndGet, new Random(seed));
    }

    private static JobStore.Request request(String name, int priority, String key) {
        return new JobStore.Request(
                name, priority, StrictJson.MAPPER.createObjectNode().put("data", "xor"), key, "hash of " + name);
    }

    @Test
    void shouldTrainByPriorityAndThenInTheOrderInWhichJobsCame() {
        JobStore store = open();
        String first = store.submit(request("a", 0, "")).id();
        String second = store.submit(request("b", 0, "")).id();
        String urgent = store.submit(request("c", 5, "")).id();

        assertThat(List.of(begin(store), begin(store), begin(store))).containsExactly(urgent, first, second);
        assertThat(store.beginNext()).isEmpty();
    }

    @Test
    void shouldGoOnFirstWithWhatWasBegun() {
        JobStore store = open();
        String begun = store.submit(request("a", 0, "")).id();
        assertThat(begin(store)).isEqualTo(begun);
        store.submit(request("b", 0, ""));

        JobStore again = open();

        assertThat(again.find(begun).state()).isEqualTo(JobState.INTERRUPTED);
        assertThat(again.find(begun).crashes()).isEqualTo(1);
        assertThat(begin(again)).isEqualTo(begun);
    }

    @Test
    void shouldFindEveryJobAsItWas() {
        JobStore store = open();
        store.submit(request("a", 3, "key of a"));
        String id = begin(store);
        store.end(id, JobOutcome.succeeded("{\"weightsSha256\":\"1\"}"));
        store.submit(request("b", -3, ""));

        assertThat(open().page(Optional.empty(), 10, Optional.empty()))
                .isEqualTo(store.page(Optional.empty(), 10, Optional.empty()));
    }

    @Test
    void shouldMakeOneJobOfARequestThatIsRepeated() {
        JobStore store = open();
        JobRecord job = store.submit(request("a", 0, "k"));

        assertThat(store.submit(request("a", 0, "k"))).isEqualTo(job);
        assertThat(open().submit(request("a", 0, "k")).id()).isEqualTo(job.id());
        assertThatThrownBy(() -> store.submit(request("b", 0, "k")))
                .isInstanceOfSatisfying(
                        ServiceException.class, e -> assertThat(e.kind()).isEqualTo(Kind.KEY_REUSED));
        assertThat(store.submit(request("a", 0, "")).id()).isNotEqualTo(job.id());
    }

    @Test
    void shouldGiveHigherIdsAlsoWhenTheClockIsPutBack() {
        JobStore store = open();
        String first = store.submit(request("a", 0, "")).id();
        clockMs.addAndGet(-3_600_000);

        assertThat(open().submit(request("b", 0, "")).id()).isGreaterThan(first);
    }

    @Test
    void shouldListPagesThatFitTogether() {
        JobStore store = open();
        List<String> newestFirst = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            newestFirst.add(0, store.submit(request("job" + i, 0, "")).id());
        }
        store.cancel(newestFirst.get(2));

        List<String> listed = new ArrayList<>();
        Optional<String> cursor = Optional.empty();
        do {
            JobStore.Page page = store.page(cursor, 3, Optional.empty());
            page.jobs().forEach(job -> listed.add(job.id()));
            cursor = page.next();
        } while (cursor.isPresent());
        assertThat(listed).isEqualTo(newestFirst);
        assertThat(store.page(Optional.empty(), 7, Optional.empty()).next()).isEmpty();
        assertThat(store.page(Optional.empty(), 7, Optional.of(JobState.CANCELLED))
                        .jobs())
                .extracting(JobRecord::id)
                .containsExactly(newestFirst.get(2));
    }

    @Test
    void shouldDeleteWhatIsOverWithAllThatItLeft() throws IOException {
        JobStore store = open();
        String id = store.submit(request("a", 0, "k")).id();
        Files.createDirectories(store.directoryOf(id).resolve("run/checkpoints"));
        Files.writeString(store.directoryOf(id).resolve("run/checkpoints/a"), "a");
        assertThatThrownBy(() -> store.delete(id)).hasMessageContaining("cancel it before");

        store.cancel(id);
        store.delete(id);

        assertThat(folder).isEmptyDirectory();
        assertThatThrownBy(() -> store.find(id)).hasMessage("no such job: " + id);
        assertThat(store.submit(request("a", 0, "k")).id()).isNotEqualTo(id);
    }

    @Test
    void shouldLeaveOutADamagedJobAndKeepItsFiles() throws IOException {
        JobStore store = open();
        String id = store.submit(request("a", 0, "")).id();
        String other = store.submit(request("b", 0, "")).id();
        Path file = store.directoryOf(id).resolve(JobStore.FILE);
        Files.writeString(file, "{\"id\":");

        JobStore again = open();

        assertThat(again.page(Optional.empty(), 10, Optional.empty()).jobs())
                .extracting(JobRecord::id)
                .containsExactly(other);
        assertThat(file).exists();
    }

    /** That a file cannot be read or looked at now does not mean that there is none. */
    @Test
    void shouldDeleteOnlyWhatIsNoJobForCertain() throws IOException {
        JobStore store = open();
        String id = store.submit(request("a", 0, "")).id();
        Path file = store.directoryOf(id).resolve(JobStore.FILE);
        Path kept = Files.writeString(store.directoryOf(id).resolve("kept"), "a model");
        Path rest = store.directoryOf(store.submit(request("b", 0, "")).id());
        Files.delete(rest.resolve(JobStore.FILE));

        JobStore again = JobStore.open(
                FileOperations.SYSTEM,
                folder,
                () -> {
                    // The job was read; from now on its file leads to itself.
                    replaceByLoop(file);
                    return clockMs.incrementAndGet();
                },
                new Random(1));

        assertThat(again.find(id).name()).isEqualTo("a");
        assertThat(kept).exists();
        assertThat(rest).doesNotExist();
    }

    private static void replaceByLoop(Path file) {
        try {
            Files.deleteIfExists(file);
            Files.createSymbolicLink(file, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldNotShowIdsThatAreMadeUp() {
        JobStore store = open();

        assertThatThrownBy(() -> store.find("../../etc/passwd"))
                .hasMessage("no such job: it has not the form of an id");
    }

    @Test
    void shouldGiveUpOnAJobThatTakesTheServiceDownEachTime() {
        open().submit(request("a", 0, ""));
        for (int crash = 1; crash < JobRecord.MOST_CRASHES; crash++) {
            String id = begin(open());
            assertThat(open().find(id).state()).isEqualTo(JobState.INTERRUPTED);
        }
        String id = begin(open());

        JobRecord job = open().find(id);

        assertThat(job.state()).isEqualTo(JobState.FAILED);
        assertThat(job.problem()).contains("20 times");
        assertThat(open().resume(id).state()).isEqualTo(JobState.QUEUED);
        assertThat(begin(open())).isEqualTo(id);
    }

    /** Ends the power before each file operation of some histories, and looks at what is found afterwards. */
    @Test
    void shouldBeInATrueStateAfterACrashAtAnyWrite() throws IOException {
        int crashes = 0;
        for (int seed = 0; seed < 4; seed++) {
            boolean crashed = true;
            for (int operations = 0; crashed; operations++) {
                Path directory = folder.resolve(seed + "-" + operations);
                crashed = new History(directory, seed, operations).check();
                crashes += crashed ? 1 : 0;
            }
        }
        assertThat(crashes).isGreaterThan(200);
    }

    private static String begin(JobStore store) {
        return store.beginNext().orElseThrow().id();
    }

    /** What is done to a store, by chance, until the power is gone; and what its users were told until then. */
    private final class History {
        private static final int ACTIONS = 25;

        private final Path directory;
        private final String what;
        private final Random random;
        private final CrashingFiles files;

        /** By id, what was told last. */
        private final Map<String, JobRecord> told = new TreeMap<>();

        private final Set<String> deleted = new HashSet<>();
        private final Map<String, String> keys = new HashMap<>();

        /** What the action that was under way at the crash may have made of a job; deleted: null. */
        private String underWay;

        private Optional<JobState> underWayTo = Optional.empty();
        private int submissions;
        private JobStore store;

        History(Path directory, int seed, int operations) {
            this.directory = directory;
            this.what = "seed " + seed + ", crash after " + operations + " file operations";
            this.random = new Random(seed);
            this.files = new CrashingFiles(operations, new Random(31L * seed + operations));
        }

        /** Returns whether there was a crash at all. */
        boolean check() throws IOException {
            try {
                store = open(files, directory, 1);
                for (int action = 0; action < ACTIONS; action++) {
                    act();
                }
            } catch (RuntimeException e) {
                assertThat(files.hasCrashed()).as("%s: %s", what, e).isTrue();
            }
            if (!files.hasCrashed()) {
                return false;
            }
            files.losePower();
            JobStore after = open(CrashingFiles.withPower(), directory, 2);
            checkJobs(after);
            checkKeys(after);
            checkQueue(after);
            return true;
        }

        private void act() {
            List<String> ids = new ArrayList<>(told.keySet());
            String id = ids.isEmpty() ? "" : ids.get(random.nextInt(ids.size()));
            switch (random.nextInt(9)) {
                case 0, 1, 2 -> submit();
                case 3, 4 ->
                    store.next()
                            .ifPresent(job -> change(
                                    job.id(),
                                    JobState.RUNNING,
                                    () -> store.beginNext().orElseThrow()));
                case 5 -> end();
                case 7 -> standOrGoOn();
                case 6 -> {
                    if (!ids.isEmpty()
                            && !Set.of(JobState.SUCCEEDED, JobState.FAILED)
                                    .contains(told.get(id).state())) {
                        boolean runs = told.get(id).state().isUnderWay();
                        change(id, runs ? told.get(id).state() : JobState.CANCELLED, () -> store.cancel(id));
                    }
                }
                default -> deleteOrResume(id);
            }
        }

        private void submit() {
            String name = "job" + submissions++;
            String key = random.nextBoolean() ? "" : "key of " + name;
            if (!key.isEmpty()) {
                keys.put(key, name);
            }
            JobRecord job = store.submit(request(name, random.nextInt(3), key));
            told.put(job.id(), job);
        }

        private Optional<JobRecord> underWay() {
            return told.values().stream()
                    .filter(job -> job.state().isUnderWay())
                    .findFirst();
        }

        private void standOrGoOn() {
            underWay().ifPresent(job -> {
                boolean still = job.state() == JobState.RUNNING;
                change(job.id(), still ? JobState.FROZEN : JobState.RUNNING, () -> store.standing(job.id(), still));
            });
        }

        private void end() {
            Optional<JobRecord> running = underWay();
            if (running.isPresent()) {
                List<JobOutcome> outcomes = List.of(JobOutcome.succeeded("{}"), FAILED, JobOutcome.interrupted());
                JobOutcome outcome = outcomes.get(random.nextInt(3));
                JobState to = running.get().ended(outcome, 1).state();
                change(running.get().id(), to, () -> store.end(running.get().id(), outcome));
            }
        }

        private void deleteOrResume(String id) {
            if (id.isEmpty() || !told.get(id).state().isOver()) {
                return;
            }
            if (told.get(id).state() == JobState.SUCCEEDED || random.nextBoolean()) {
                underWay = id;
                store.delete(id);
                underWay = null;
                told.remove(id);
                deleted.add(id);
            } else {
                change(id, JobState.QUEUED, () -> store.resume(id));
            }
        }

        private void change(String id, JobState to, java.util.function.Supplier<JobRecord> how) {
            underWay = id;
            underWayTo = Optional.of(to);
            told.put(id, how.get());
            underWay = null;
            underWayTo = Optional.empty();
        }

        /** Every job of which somebody was told is there, in the state told or in that of the action under way. */
        private void checkJobs(JobStore after) {
            List<JobRecord> found =
                    after.page(Optional.empty(), 1000, Optional.empty()).jobs();
            for (JobRecord before : told.values()) {
                List<JobRecord> same = found.stream()
                        .filter(job -> job.id().equals(before.id()))
                        .toList();
                boolean deleting = before.id().equals(underWay) && underWayTo.isEmpty();
                assertThat(same).as("%s: %s", what, before).hasSize(deleting && same.isEmpty() ? 0 : 1);
                same.forEach(job -> {
                    assertThat(job.settings()).isEqualTo(before.settings());
                    JobState now = before.found(1).state();
                    boolean done = before.id().equals(underWay) && underWayTo.isPresent();
                    List<JobState> allowed = new ArrayList<>(List.of(now));
                    if (done) {
                        // A job that was being cancelled while it ran is cancelled, or goes on.
                        allowed.add(underWayTo.get().isUnderWay() ? JobState.INTERRUPTED : underWayTo.get());
                        allowed.add(before.state().isUnderWay() ? JobState.CANCELLED : now);
                    }
                    assertThat(job.state()).as("%s: %s", what, before).isIn(allowed);
                });
            }
            long unknown =
                    found.stream().filter(job -> !told.containsKey(job.id())).count();
            assertThat(unknown).as("%s: jobs nobody was told of", what).isLessThanOrEqualTo(1);
            assertThat(found)
                    .as(what)
                    .noneMatch(job -> job.state().isUnderWay())
                    .noneMatch(job -> deleted.contains(job.id()));
        }

        /** Who was not told of a job repeats the request, and there is one job then. */
        private void checkKeys(JobStore after) {
            keys.forEach((key, name) -> {
                boolean deleted = told.values().stream()
                        .noneMatch(job -> job.idempotencyKey().equals(key));
                JobRecord job = after.submit(request(name, 0, key));
                assertThat(after.submit(request(name, 0, key)).id()).isEqualTo(job.id());
                assertThat(deleted || told.containsKey(job.id()))
                        .as("%s: %s", what, key)
                        .isTrue();
            });
        }

        /** What waits is trained once each, and nothing that is over. */
        private void checkQueue(JobStore after) {
            long waiting = after.unfinished().size();
            for (long i = 0; i < waiting; i++) {
                JobRecord job = after.beginNext().orElseThrow();
                JobRecord before = told.get(job.id());
                boolean over =
                        before != null && before.state().isOver() && !job.id().equals(underWay);
                assertThat(over)
                        .as("%s: %s is over, and is trained again", what, before)
                        .isFalse();
            }
            assertThat(after.beginNext()).as(what).isEmpty();
        }
    }
}
