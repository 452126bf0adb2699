package dev.tutti.app.service;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.app.service.ServiceException.Kind;
import dev.tutti.files.AtomicFile;
import dev.tutti.files.FileOperations;
import dev.tutti.files.InputException;
import dev.tutti.files.StrictJson;
import dev.tutti.files.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All jobs, each in a directory of its own, and in memory to be looked up. A change is on the disk before it is told: a method that
 * returns has written, and one that throws has changed nothing that anybody was told. So a crash at any moment loses no job that
 * somebody knows of, and none is trained twice: see docs/adr/0011. Thread-safe; carries nothing out itself.
 */
public final class JobStore {
    /** What is kept of a job in its directory. */
    static final String FILE = "job.json";

    /** Most jobs that may wait. */
    static final int MOST_WAITING = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(JobStore.class);

    private final FileOperations files;
    private final Path directory;
    private final LongSupplier clockMs;
    private final Ids ids;
    private Consumer<JobRecord> watcher = job -> {};
    private final NavigableMap<String, JobRecord> jobs = new TreeMap<>();
    private final Map<String, String> idsByKey = new HashMap<>();
    private final List<JobRecord> stopped = new ArrayList<>();
    private int waiting;

    /**
     * A job that somebody hands in.
     *
     * @param name for people
     * @param priority higher comes first
     * @param settings a JSON object; not to be changed afterwards
     * @param idempotencyKey the client's own name of its request; empty if it gave none
     * @param requestSha256 names the content of the request
     */
    public record Request(String name, int priority, JsonNode settings, String idempotencyKey, String requestSha256) {}

    /**
     * Some jobs, newest first.
     *
     * @param jobs in order
     * @param next where to go on; empty at the end
     */
    public record Page(List<JobRecord> jobs, Optional<String> next) {}

    private JobStore(FileOperations files, Path directory, LongSupplier clockMs, Random random) {
        this.files = files;
        this.directory = directory;
        this.clockMs = clockMs;
        this.ids = new Ids(clockMs, random);
    }

    /**
     * Finds the jobs in a directory, which is made where it is missing. Those that ran when the service before ended are interrupted
     * now, or cancelled if somebody wanted that.
     *
     * @param files carries out what is changed
     * @param directory of the jobs; no other process uses it
     * @param clockMs the time in milliseconds since 1970
     * @param random for ids
     * @throws InputException if it cannot be read or written
     */
    public static JobStore open(FileOperations files, Path directory, LongSupplier clockMs, Random random) {
        JobStore store = new JobStore(files, directory, clockMs, random);
        try {
            files.createDirectories(directory);
            store.readAll();
        } catch (IOException e) {
            throw new InputException(
                    directory + ": cannot be read or made: " + e.getClass().getSimpleName() + ": " + e.getMessage()
                            + "; check its permissions and the free space",
                    e);
        }
        return store;
    }

    /** The jobs that were running when the service before broke down. */
    List<JobRecord> stopped() {
        return List.copyOf(stopped);
    }

    /** Has somebody told of each job that comes into another state: when that is on the disk, before others can see it. */
    synchronized void watch(Consumer<JobRecord> newWatcher) {
        watcher = newWatcher;
    }

    private void readAll() throws IOException {
        List<Path> found;
        try (Stream<Path> list = Files.list(directory)) {
            found = list.filter(path -> Ids.isId(path.getFileName().toString())).toList();
        }
        List<Found> read;
        try {
            // Thousands of files, and whoever starts the service waits.
            read = found.parallelStream().map(JobStore::read).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Found one : read) {
            one.job().ifPresent(this::take);
            if (one.isMissing()) {
                // Nobody was told of it yet, or it was being deleted.
                deleteRest(one.path());
            }
        }
    }

    /**
     * What a directory holds.
     *
     * @param path of it
     * @param job empty if it is damaged, or there is none
     * @param isMissing whether there is none, for certain
     */
    private record Found(Path path, Optional<JobRecord> job, boolean isMissing) {}

    private static Found read(Path path) {
        try {
            byte[] bytes = Files.readAllBytes(path.resolve(FILE));
            return new Found(path, Optional.of(StrictJson.MAPPER.readValue(bytes, JobRecord.class)), false);
        } catch (NoSuchFileException e) {
            return new Found(path, Optional.empty(), true);
        } catch (JsonProcessingException e) {
            LOG.warn("{}: damaged, so the job is left out: {}", path.resolve(FILE), StrictJson.oneLine(e));
            return new Found(path, Optional.empty(), false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void take(JobRecord read) {
        JobRecord now = read.found(clockMs.getAsLong());
        if (!now.equals(read)) {
            write(now);
            stopped.add(now);
        }
        ids.taken(now.id());
        index(now);
    }

    /** The directory of a job. */
    public Path directoryOf(String id) {
        if (!Ids.isId(id)) {
            throw new IllegalArgumentException(id);
        }
        return directory.resolve(id);
    }

    /**
     * Takes a job; it is on the disk when this returns. A request that was made before, by its key, gets the job of that time.
     *
     * @throws ServiceException if too many wait, the key came with another request before, or it cannot be written
     */
    public synchronized JobRecord submit(Request request) {
        Optional<JobRecord> before = known(request.idempotencyKey(), request.requestSha256());
        if (before.isPresent()) {
            return before.get();
        }
        if (waiting >= MOST_WAITING) {
            throw new ServiceException(
                    Kind.TOO_MANY, waiting + " jobs wait already, and no more are taken; try again later");
        }
        JobRecord job = JobRecord.created(
                ids.next(),
                request.name(),
                request.priority(),
                request.settings(),
                clockMs.getAsLong(),
                request.idempotencyKey(),
                request.requestSha256());
        create(job);
        watcher.accept(job);
        index(job);
        return job;
    }

    /**
     * Returns the job of a request that was made before.
     *
     * @param key the client's own name of the request; empty if it gave none
     * @param requestSha256 names the content of the request
     * @throws ServiceException if the key came with another request
     */
    synchronized Optional<JobRecord> known(String key, String requestSha256) {
        Optional<JobRecord> before = key.isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(idsByKey.get(key)).map(jobs::get);
        if (before.isPresent() && !before.get().requestSha256().equals(requestSha256)) {
            throw new ServiceException(
                    Kind.KEY_REUSED,
                    "Idempotency-Key came with another request before, for job "
                            + before.get().id() + "; give each request a key of its own");
        }
        return before;
    }

    private void create(JobRecord job) {
        Path path = directoryOf(job.id());
        try {
            files.createDirectories(path);
        } catch (IOException e) {
            throw ServiceException.storage("job", e);
        }
        try {
            write(job);
        } catch (ServiceException e) {
            // Perhaps all but the last step was done; nobody is told of this job, so there must be none after a
            // restart.
            deleteRest(path);
            throw e;
        }
    }

    private void write(JobRecord job) {
        ByteBuffer bytes;
        try {
            bytes = ByteBuffer.wrap(StrictJson.MAPPER.writeValueAsBytes(job));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        try {
            AtomicFile.write(files, directoryOf(job.id()).resolve(FILE), channel -> {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            });
        } catch (InputException e) {
            throw e.getCause() instanceof IOException cause ? ServiceException.storage("job", cause) : e;
        }
    }

    private void index(JobRecord job) {
        JobRecord before = jobs.put(job.id(), job);
        waiting += (job.state().isWaiting() ? 1 : 0)
                - (before != null && before.state().isWaiting() ? 1 : 0);
        if (!job.idempotencyKey().isEmpty()) {
            idsByKey.put(job.idempotencyKey(), job.id());
        }
    }

    /** @throws ServiceException if there is no such job */
    public synchronized JobRecord find(String id) {
        JobRecord job = jobs.get(id);
        if (job == null) {
            throw new ServiceException(Kind.NOT_FOUND, "no such job: " + Ids.shown(id));
        }
        return job;
    }

    /**
     * Returns jobs, newest first.
     *
     * @param before only those older than this id
     * @param limit at most so many
     * @param state only those in this state
     */
    public synchronized Page page(Optional<String> before, int limit, Optional<JobState> state) {
        NavigableMap<String, JobRecord> older =
                before.map(id -> jobs.headMap(id, false)).orElse(jobs);
        List<JobRecord> found = older.descendingMap().values().stream()
                .filter(job -> state.isEmpty() || job.state() == state.get())
                .limit(limit + 1L)
                .toList();
        return found.size() <= limit
                ? new Page(found, Optional.empty())
                : new Page(
                        found.subList(0, limit),
                        Optional.of(found.get(limit - 1).id()));
    }

    /** All jobs for which it matters that something they need stays there. */
    synchronized List<JobRecord> unfinished() {
        return jobs.values().stream().filter(job -> !job.state().isOver()).toList();
    }

    /** Number of jobs in each state. */
    public synchronized Map<JobState, Integer> counts() {
        Map<JobState, Integer> counts = new EnumMap<>(JobState.class);
        jobs.values().forEach(job -> counts.merge(job.state(), 1, Integer::sum));
        return counts;
    }

    /** The job whose turn it is: the highest priority, then one that was begun, then the one that waits longest. */
    synchronized Optional<JobRecord> next() {
        return jobs.values().stream()
                .filter(job -> job.state().isWaiting())
                .min(Comparator.comparing((JobRecord job) -> -(long) job.priority())
                        .thenComparing(job -> job.state() != JobState.INTERRUPTED)
                        .thenComparing(JobRecord::id));
    }

    /** The job whose turn it is begins, if there is one; that is on the disk before anything of it is done. */
    public synchronized Optional<JobRecord> beginNext() {
        return next().map(job -> change(job.id(), waits -> waits.begun(clockMs.getAsLong())));
    }

    /** The job that is trained stands still, or does not any more. */
    JobRecord standing(String id, boolean still) {
        return change(id, job -> job.standing(still));
    }

    /** The training of a job has ended. */
    public JobRecord end(String id, JobOutcome outcome) {
        return change(id, job -> job.ended(outcome, clockMs.getAsLong()));
    }

    /** @throws ServiceException if there is no such job, or it is over */
    public JobRecord cancel(String id) {
        return change(id, job -> job.cancelled(clockMs.getAsLong()));
    }

    /** @throws ServiceException if there is no such job, or it is done */
    public JobRecord resume(String id) {
        return change(id, JobRecord::resumed);
    }

    private synchronized JobRecord change(String id, UnaryOperator<JobRecord> how) {
        JobRecord before = find(id);
        JobRecord after = how.apply(before);
        if (!after.equals(before)) {
            write(after);
            if (after.state() != before.state()) {
                watcher.accept(after);
            }
            index(after);
        }
        return after;
    }

    /**
     * Deletes a job and all that it left.
     *
     * @throws ServiceException if there is no such job, or it is not over
     */
    public synchronized void delete(String id) {
        JobRecord job = find(id);
        job.requireDeletable();
        Path path = directoryOf(id);
        try {
            files.delete(path.resolve(FILE));
            files.forceDirectory(path);
        } catch (IOException e) {
            throw ServiceException.storage("job", e);
        }
        jobs.remove(id);
        idsByKey.remove(job.idempotencyKey());
        deleteRest(path);
    }

    /** Without its first file a directory is no job any more; what cannot be deleted now is deleted at the next start. */
    private void deleteRest(Path path) {
        try {
            if (Files.isDirectory(path)) {
                Trees.delete(files, path, FILE);
            }
        } catch (IOException e) {
            LOG.warn("{}: not deleted: {}", path, e.toString());
        }
    }
}
