package dev.tutti.app.chaos;

import dev.tutti.files.InputException;
import dev.tutti.random.Philox;
import dev.tutti.train.TrainingFailedException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Trains with worker processes while it kills, freezes, wakes and adds them and kills the coordinator, in an order that depends
 * on a seed. Which step a fault meets is left to chance: whatever it is, the weights must come out the same.
 */
public final class Chaos {
    /** What is done to the cluster. */
    public enum Fault {
        /** A worker gets SIGKILL, and a new one is started soon after. */
        KILL_WORKER,
        /** A worker gets SIGSTOP, and SIGCONT after some seconds. */
        FREEZE_WORKER,
        /** One more worker is started; if there are many, one is asked to leave first. */
        ADD_WORKER,
        /** The coordinator gets SIGKILL, and is started again with --resume soon after. */
        KILL_COORDINATOR;

        /** For people: {@code kill worker}. */
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /**
     * How it ended.
     *
     * @param epochs number of epochs trained in all
     * @param hash SHA-256 of the weights
     * @param gaps for each fault, the longest times without progress that followed, in seconds
     */
    public record Outcome(int epochs, String hash, Map<Fault, List<Double>> gaps) {}

    private static final Pattern EPOCH = Pattern.compile("\"epoch\":(\\d+)");
    private static final Pattern HASH = Pattern.compile("\"weightsSha256\":\"([0-9a-f]{64})\"");
    private static final int UNREACHABLE_EPOCHS = 100_000_000;
    private static final int EPOCHS_AT_THE_END = 5;
    /** For what is awaited without a fault, such as the start of all processes. */
    private static final long PATIENCE_S = 120;

    private static final long LOOK_MS = 10;
    /** Bytes of the longest line looked at. */
    private static final int LONGEST_LINE = 1 << 16;

    private static final double GOES_ON_S = 0.5;

    private final String data;
    private final String sync;
    private final int workerCount;
    private final double seconds;
    private final double maxGapSeconds;
    private final long seed;
    private final String transport;
    private final Path directory;
    private final Consumer<String> say;
    private final String address = "127.0.0.1:" + freePort();
    private final List<Child> workers = new ArrayList<>();
    private final List<Child> frozen = new ArrayList<>();
    private final List<Child> leaves = new ArrayList<>();
    private final Map<Fault, List<Double>> gaps = new EnumMap<>(Fault.class);
    private final PriorityQueue<Later> later = new PriorityQueue<>();
    private final long startNs = System.nanoTime();
    private Child coordinator;
    private Fault lastFault = Fault.ADD_WORKER;
    private int started;
    private long draws;

    /** Something to be done at a time. */
    private record Later(long atNs, Step step) implements Comparable<Later> {
        @Override
        public int compareTo(Later other) {
            return Long.compare(atNs, other.atNs);
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws InterruptedException;
    }

    /**
     * @param data what to train on
     * @param sync when weights are updated: step, epoch or local
     * @param workers number of worker processes at first
     * @param seconds how long to disturb
     * @param maxGapSeconds how long training may stand still at a time
     * @param seed of the order of faults
     * @param transport what carries the bulk data: auto, ipc, udp or tcp
     * @param directory receives the run directory and the logs; must not exist
     * @param say takes lines about what happens
     */
    public Chaos(
            String data,
            String sync,
            int workers,
            double seconds,
            double maxGapSeconds,
            long seed,
            String transport,
            Path directory,
            Consumer<String> say) {
        this.data = data;
        this.sync = sync;
        this.workerCount = workers;
        this.seconds = seconds;
        this.maxGapSeconds = maxGapSeconds;
        this.seed = seed;
        this.transport = transport;
        this.directory = directory;
        this.say = say;
    }

    /**
     * Runs; all processes have ended when it returns or throws.
     *
     * @throws TrainingFailedException if training stands still for too long after a fault
     */
    public Outcome execute() throws InterruptedException {
        try {
            Files.createDirectories(directory);
            coordinator = startCoordinator(
                    List.of(
                            "train",
                            data,
                            "--sync",
                            sync,
                            "--out",
                            runDirectory().toString()),
                    UNREACHABLE_EPOCHS);
            for (int i = 0; i < workerCount; i++) {
                startWorker();
            }
            awaitEpochs(3);
            disturb();
            return finish();
        } catch (IOException e) {
            throw new InputException(directory + " cannot be written: " + e.getMessage() + "; name another --out", e);
        } finally {
            workers.forEach(Child::end);
            leaves.forEach(Child::end);
            if (coordinator != null) {
                coordinator.end();
            }
        }
    }

    private void disturb() throws InterruptedException {
        long endNs = System.nanoTime() + (long) (seconds * 1e9);
        List<Fault> bag = new ArrayList<>();
        Gaps progress = new Gaps(metrics());
        while (System.nanoTime() < endNs) {
            if (bag.isEmpty()) {
                bag.addAll(List.of(Fault.values()));
            }
            Fault fault = bag.remove((int) (draw() * bag.size()));
            watch(progress, 1.5 + 1.5 * draw());
            progress.takeLongest();
            lastFault = fault;
            inject(fault);
            watch(progress, 4 + 4 * draw());
            awaitProgress(progress);
            gaps.computeIfAbsent(fault, key -> new ArrayList<>()).add(progress.takeLongest());
        }
    }

    /** Sees a fault through: what was to come later has come, and training goes on. */
    private void awaitProgress(Gaps progress) throws InterruptedException {
        while (!later.isEmpty() || progress.secondsSinceGrowth() > GOES_ON_S) {
            watch(progress, GOES_ON_S);
        }
    }

    private void watch(Gaps progress, double forSeconds) throws InterruptedException {
        long endNs = System.nanoTime() + (long) (forSeconds * 1e9);
        while (System.nanoTime() < endNs) {
            while (!later.isEmpty() && later.peek().atNs <= System.nanoTime()) {
                later.poll().step.run();
            }
            progress.look();
            if (progress.secondsSinceGrowth() > maxGapSeconds) {
                throw new TrainingFailedException(String.format(
                        Locale.ROOT,
                        "training stands still for more than %.0f s after: %s; see the logs in %s",
                        maxGapSeconds,
                        lastFault.text(),
                        directory));
            }
            Thread.sleep(LOOK_MS);
        }
    }

    private void inject(Fault fault) throws InterruptedException {
        workers.removeIf(worker -> !worker.isAlive());
        switch (fault) {
            case KILL_WORKER -> {
                Child victim = pick();
                tell("kill " + victim.name());
                victim.signal("KILL");
                workers.remove(victim);
                frozen.remove(victim);
                in(1 + 2 * draw(), this::startWorker);
            }
            case FREEZE_WORKER -> {
                Child victim = pick();
                tell("freeze " + victim.name());
                victim.signal("STOP");
                frozen.add(victim);
                in(2 + 8 * draw(), () -> wake(victim));
            }
            case ADD_WORKER -> {
                if (workers.size() > workerCount) {
                    Child leaving = pick();
                    tell("ask " + leaving.name() + " to leave");
                    leaving.signal("TERM");
                    leaves.add(leaving);
                    workers.remove(leaving);
                }
                startWorker();
            }
            case KILL_COORDINATOR -> {
                tell("kill coordinator at epoch " + epochs());
                coordinator.signal("KILL");
                coordinator.await(PATIENCE_S);
                in(0.5 + draw(), this::resumeCoordinator);
            }
        }
    }

    private Child pick() throws InterruptedException {
        if (workers.size() <= frozen.size()) {
            startWorker();
        }
        List<Child> awake =
                workers.stream().filter(worker -> !frozen.contains(worker)).toList();
        return awake.get((int) (draw() * awake.size()));
    }

    private void wake(Child worker) throws InterruptedException {
        if (frozen.remove(worker)) {
            tell("wake " + worker.name());
            worker.signal("CONT");
        }
    }

    private void startWorker() {
        String name = "worker-" + ++started;
        tell("start " + name);
        workers.add(Child.start(
                name,
                directory.resolve(name + ".log"),
                List.of(
                        "worker",
                        "--coordinator",
                        address,
                        "--threads",
                        "1",
                        "--name",
                        name,
                        "--transport",
                        transport,
                        "--give-up",
                        PATIENCE_S + "s")));
    }

    private void resumeCoordinator() {
        coordinator =
                startCoordinator(List.of("train", "--resume", runDirectory().toString()), UNREACHABLE_EPOCHS);
        tell("start coordinator again, from its last checkpoint");
    }

    private Child startCoordinator(List<String> what, int epochs) {
        List<String> arguments = new ArrayList<>(what);
        arguments.addAll(List.of(
                "--epochs",
                String.valueOf(epochs),
                "--coordinator-bind",
                address,
                "--wait-workers",
                "1",
                "--averaging",
                transport.equals("tcp") ? "members" : "auto",
                "--transport",
                transport,
                "--checkpoint-seconds",
                "1"));
        return Child.start("coordinator", directory.resolve("coordinator.log"), arguments);
    }

    /** Lets all that is under way come to pass, stops the coordinator in order, and has some last epochs trained undisturbed. */
    private Outcome finish() throws InterruptedException {
        while (!later.isEmpty()) {
            Thread.sleep(LOOK_MS);
            if (later.peek().atNs <= System.nanoTime()) {
                later.poll().step.run();
            }
        }
        awaitEpochs(epochs() + 1);
        // Not SIGINT, which a process started in the background of a script ignores, and whatever it starts.
        coordinator.signal("TERM");
        if (coordinator.await(PATIENCE_S) < 0) {
            throw new IllegalStateException(
                    "the coordinator does not end; see " + directory.resolve("coordinator.log"));
        }
        int epochs = epochs() + EPOCHS_AT_THE_END;
        // The run's own limit of epochs was never to be reached, so what is trained last is a run of its own from
        // there.
        tell("train to the end of epoch " + epochs);
        coordinator =
                startCoordinator(List.of("train", "--resume", runDirectory().toString()), epochs);
        int code = coordinator.await(PATIENCE_S);
        if (code != 0) {
            throw new IllegalStateException(
                    "the last coordinator ended with " + code + "; see " + directory.resolve("coordinator.log"));
        }
        return new Outcome(epochs, hash(), gaps);
    }

    private void awaitEpochs(int count) throws InterruptedException {
        long endNs = System.nanoTime() + PATIENCE_S * 1_000_000_000L;
        while (epochs() < count) {
            if (System.nanoTime() > endNs) {
                throw new IllegalStateException(
                        "no progress within " + PATIENCE_S + " s; see the logs in " + directory);
            }
            Thread.sleep(LOOK_MS);
        }
    }

    private int epochs() {
        Matcher line = EPOCH.matcher(lastLine(metrics()));
        return line.find() ? Integer.parseInt(line.group(1)) : 0;
    }

    private String hash() {
        Matcher summary = HASH.matcher(lastLine(runDirectory().resolve("summary.json")));
        return summary.find() ? summary.group(1) : "";
    }

    /** The last whole line of a file that may be long: only its end is read. */
    private static String lastLine(Path file) {
        if (!Files.exists(file)) {
            return "";
        }
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
            byte[] end = new byte[(int) Math.min(LONGEST_LINE, open.length())];
            open.seek(open.length() - end.length);
            // A resumed run may have cut the file meanwhile.
            int read = Math.max(0, open.read(end));
            String text = new String(end, 0, read, StandardCharsets.UTF_8);
            return text.substring(0, text.lastIndexOf('\n') + 1).lines().reduce("", (first, second) -> second);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path runDirectory() {
        return directory.resolve("run");
    }

    private Path metrics() {
        return runDirectory().resolve("metrics.jsonl");
    }

    private void in(double seconds, Step step) {
        later.add(new Later(System.nanoTime() + (long) (seconds * 1e9), step));
    }

    private void tell(String what) {
        say.accept(String.format(Locale.ROOT, "%6.1f s  %s", (System.nanoTime() - startNs) / 1e9, what));
    }

    private double draw() {
        return Philox.uniform(seed, Philox.Purpose.NOISE, 0, draws++);
    }

    /** The middle one. */
    public static double median(List<Double> values) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
