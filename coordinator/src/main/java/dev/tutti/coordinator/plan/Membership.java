package dev.tutti.coordinator.plan;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who takes part in a job: when a generation is formed and of whom, who is left out of it, for how long and why, and when the job
 * is given up. Knows no threads, clocks, streams or actors: it is told what happens and when, and answers with what to do, in
 * order. Owned by one thread.
 *
 * <p>A worker that fails is left out of the job for a while, each time for longer, and in the end for good. That goes by its name, so a
 * worker that joins anew is no new one. Whoever does well for long is forgiven.
 */
public final class Membership {
    /**
     * A worker process that can be reached.
     *
     * @param name its name; no two present have the same
     * @param process names the process as long as it lives
     * @param joined another number each time it joins
     */
    public record Candidate(String name, String process, long joined) {}

    /** What to do. */
    public sealed interface Decision {}

    /** Leave the generation there is, if any; open streams for these members, {@link #onFormed}, tell them. */
    public record Form(List<Candidate> members) implements Decision {}

    /** All members are prepared: connect the streams, begin. */
    public record Begin() implements Decision {}

    /** Leave the generation there is; nobody can work. */
    public record Pause(String reason) implements Decision {}

    /** Tell people; {@code fault} says whether something is wrong. */
    public record Tell(boolean fault, String line) implements Decision {}

    /** End the job. */
    public record Fail(Cause cause, String line) implements Decision {}

    /** Why a job ends. */
    public enum Cause {
        /** Workers or streams do not do what they should. */
        TRAINING,
        /** What was asked for cannot be had on this machine. */
        INPUT,
        /** Something failed in a process that is coordinator and worker, where nothing comes back. */
        WORKER
    }

    /** Workers that start together should be in the first generation together. */
    static final long SETTLE_NS = 50_000_000L;

    static final long PREPARE_NS = 10_000_000_000L;
    static final long REOPEN_NS = 1_000_000_000L;
    static final int MOST_REOPENINGS = 30;

    /** So often streams are opened again with newcomers, as a network may be gone for a moment only. */
    static final int REOPENINGS_WITH_NEWCOMERS = 2;

    /** After this many failures a worker is left out of the job for good. */
    static final int MOST_FAILURES = 6;

    /** A worker that says that it failed costs the others a moment when it is tried again. */
    static final long FAILED_NS = 5_000_000_000L;

    /** One that says nothing costs them the time until that is noticed. */
    static final long SILENT_NS = 30_000_000_000L;

    static final long LONGEST_OUT_NS = 480_000_000_000L;

    /** Who took part for so long is forgiven what was before. */
    static final long FORGIVEN_NS = 600_000_000_000L;

    private static final long NEVER = Long.MAX_VALUE;

    private final int waitWorkers;
    private final boolean elastic;
    private final List<Decision> decisions = new ArrayList<>();
    private final Map<String, Standing> standings = new HashMap<>();
    private final Map<String, Candidate> present = new LinkedHashMap<>();
    private final Set<String> prepared = new HashSet<>();
    private final Set<String> busy = new HashSet<>();
    private List<Candidate> members = List.of();
    private List<Candidate> lastRunning = List.of();
    private boolean started;
    private boolean preparing;
    private boolean ended;
    private boolean intact;
    private int room = Integer.MAX_VALUE;
    private int reopenings;
    private long formAtNs = NEVER;
    private long prepareByNs = NEVER;

    /** What is known of a worker of some name. */
    private static final class Standing {
        int failures;
        int timesTurnedAway;
        boolean out;
        boolean givenUp;
        long outUntilNs = NEVER;
        long runningSinceNs = NEVER;
        String process;
        String reason = "";
    }

    /**
     * @param waitWorkers number of workers to wait for before the first generation
     * @param elastic whether the job goes on without a worker that fails; otherwise it fails with it
     */
    public Membership(int waitWorkers, boolean elastic) {
        this.waitWorkers = waitWorkers;
        this.elastic = elastic;
    }

    /** So many members' streams there is room for, once those of the generation there is are gone. */
    public void hasRoomFor(int members) {
        room = members;
    }

    /** These workers can be reached now, and no others. */
    public List<Decision> onWorkers(List<Candidate> workers, long nowNs) {
        Map<String, Candidate> before = new HashMap<>(present);
        present.clear();
        workers.forEach(worker -> present.put(worker.name(), worker));
        for (Candidate worker : workers) {
            if (!worker.equals(before.get(worker.name()))) {
                busy.remove(worker.name());
                welcome(worker);
            }
        }
        busy.retainAll(present.keySet());
        if (!wanted().equals(members)) {
            boolean someLeft = members.stream().anyMatch(member -> !isPresent(member));
            formAt(nowNs + (someLeft ? 0 : SETTLE_NS));
        }
        return decide(nowNs);
    }

    /** A new process deserves another try, even where one of its name was given up; an old one that joins anew does not. */
    private void welcome(Candidate worker) {
        Standing standing = standing(worker.name());
        standing.runningSinceNs = NEVER;
        if (standing.givenUp && !worker.process().equals(standing.process)) {
            standing.givenUp = false;
            standing.out = false;
        }
        standing.process = worker.process();
    }

    /** The members are told now of the generation being formed; before that, opening its streams may have taken long. */
    public void onFormed(long nowNs) {
        if (preparing && elastic) {
            prepareByNs = nowNs + PREPARE_NS;
        }
    }

    /** A member of the generation being formed has opened its streams. */
    public List<Decision> onPrepared(String name, long nowNs) {
        if (preparing && isMember(name)) {
            busy.remove(name);
            prepared.add(name);
            if (prepared.size() == members.size()) {
                endPreparing();
                decisions.add(new Begin());
            }
        }
        return decide(nowNs);
    }

    /** The streams of all members are connected: the generation runs. */
    public List<Decision> onBegun(long nowNs) {
        reopenings = 0;
        intact = true;
        lastRunning = members;
        for (Candidate member : members) {
            Standing standing = standing(member.name());
            standing.timesTurnedAway = 0;
            standing.runningSinceNs = standing.runningSinceNs == NEVER ? nowNs : standing.runningSinceNs;
        }
        return decide(nowNs);
    }

    /** A member of the generation being formed still computes for a job that is over, and will say when that is done. */
    public List<Decision> onBusy(String name, long nowNs) {
        if (preparing && isMember(name)) {
            busy.add(name);
            if (busy.containsAll(members.stream().map(Candidate::name).toList())) {
                prepareByNs = nowNs + LONGEST_OUT_NS;
            } else {
                tell(false, "worker " + name + " still computes for a job that is over; the others begin without it");
                formAt(nowNs);
            }
        }
        return decide(nowNs);
    }

    /** A worker that was busy is so no more. */
    public List<Decision> onFree(String name, long nowNs) {
        if (busy.remove(name)) {
            formAt(nowNs + SETTLE_NS);
        }
        return decide(nowNs);
    }

    /** A member says that its part of this generation failed. */
    public List<Decision> onFailed(String name, String reason, long nowNs) {
        if (!elastic) {
            fail(Cause.WORKER, "worker " + name + ": " + reason);
        } else if (isMember(name)) {
            intact = false;
            leaveOut(name, FAILED_NS, reason, nowNs);
            formAt(nowNs);
        }
        return decide(nowNs);
    }

    /**
     * A member says that there is no room for its streams on its machine. The others go on without it for a while, and it is not to
     * blame; but where there are no others it counts as a failure, or the job would never end.
     */
    public List<Decision> onNoRoom(String name, String reason, long nowNs) {
        if (!elastic || members.size() < 2) {
            return onFailed(name, reason, nowNs);
        }
        if (isMember(name)) {
            intact = false;
            turnAway(name, reason, nowNs);
            formAt(nowNs);
        }
        return decide(nowNs);
    }

    /** Nothing comes from some members of this generation any more. */
    public List<Decision> onLost(List<String> names, String reason, long nowNs) {
        intact = false;
        names.forEach(name -> leaveOut(name, SILENT_NS, reason, nowNs));
        formAt(nowNs);
        return decide(nowNs);
    }

    /** The connections to some members of this generation have ended, which shows at once. */
    public List<Decision> onBrokenOff(List<String> names, String reason, long nowNs) {
        intact = false;
        names.forEach(name -> leaveOut(name, FAILED_NS, reason, nowNs));
        formAt(nowNs);
        return decide(nowNs);
    }

    /** This generation cannot go on, and none of its members is to blame. */
    public List<Decision> onBroken(String reason, long nowNs) {
        intact = false;
        tell(true, "generation broken: " + reason);
        formAt(nowNs + SETTLE_NS);
        return decide(nowNs);
    }

    /**
     * The streams of the generation being formed cannot be opened. That may pass: the network comes back. It may also be that
     * there is no room for the newcomers, without whom the job goes on.
     *
     * @param reason one line
     * @param tooLittleRoom whether it is for want of shared memory, though the streams of the last generation had time to go
     */
    public List<Decision> onNotOpened(String reason, boolean tooLittleRoom, long nowNs) {
        endPreparing();
        intact = false;
        List<Candidate> newcomers =
                members.stream().filter(member -> !lastRunning.contains(member)).toList();
        if (!elastic || tooLittleRoom && lastRunning.isEmpty()) {
            fail(tooLittleRoom ? Cause.INPUT : Cause.WORKER, reason);
        } else if ((tooLittleRoom || reopenings >= REOPENINGS_WITH_NEWCOMERS)
                && !newcomers.isEmpty()
                && newcomers.size() < members.size()) {
            newcomers.forEach(
                    newcomer -> turnAway(newcomer.name(), "no streams can be opened for it: " + reason, nowNs));
            formAt(nowNs);
        } else if (reopenings == MOST_REOPENINGS) {
            fail(Cause.TRAINING, "no training: streams cannot be opened, tried " + reopenings + " times: " + reason);
        } else {
            reopenings++;
            tell(true, "streams cannot be opened: " + reason + "; trying again in " + seconds(REOPEN_NS) + " s");
            formAtNs = nowNs + REOPEN_NS;
        }
        return decide(nowNs);
    }

    /** Time has passed; to be called at {@link #wakeNs} at the latest. */
    public List<Decision> onTime(long nowNs) {
        return decide(nowNs);
    }

    /** When {@link #onTime} has something to do; {@link Long#MAX_VALUE} for never. */
    public long wakeNs() {
        long wake = Math.min(formAtNs, prepareByNs);
        for (Standing standing : standings.values()) {
            if (standing.out && !standing.givenUp) {
                wake = Math.min(wake, standing.outUntilNs);
            }
        }
        return ended ? NEVER : wake;
    }

    /** Whether there was a generation. */
    public boolean isStarted() {
        return started;
    }

    /** Members of the generation there is or is being formed, by their numbers. */
    public List<Candidate> members() {
        return members;
    }

    private List<Decision> decide(long nowNs) {
        if (!ended) {
            takeBack(nowNs);
            if (preparing && nowNs >= prepareByNs) {
                onPrepareDeadline(nowNs);
            }
            if (nowNs >= formAtNs) {
                formAtNs = NEVER;
                form(nowNs);
            }
        }
        List<Decision> made = List.copyOf(decisions);
        decisions.clear();
        return made;
    }

    private void takeBack(long nowNs) {
        standings.forEach((name, standing) -> {
            if (standing.out && !standing.givenUp && nowNs >= standing.outUntilNs) {
                standing.out = false;
                if (present.containsKey(name)) {
                    tell(false, "worker " + name + " gets another chance");
                    formAt(nowNs + SETTLE_NS);
                }
            }
        });
    }

    private void endPreparing() {
        preparing = false;
        prepareByNs = NEVER;
    }

    private void onPrepareDeadline(long nowNs) {
        endPreparing();
        for (Candidate member : members) {
            if (!prepared.contains(member.name())) {
                leaveOut(member.name(), SILENT_NS, "it did not answer within " + seconds(PREPARE_NS) + " s", nowNs);
            }
        }
        formAt(nowNs);
    }

    private void form(long nowNs) {
        List<Candidate> wanted = wanted();
        if (!started && wanted.size() < waitWorkers) {
            if (!members.isEmpty()) {
                members = List.of();
                decisions.add(new Pause("waiting for workers"));
            }
            return;
        }
        if (leaveOutForWantOfRoom(wanted, nowNs)) {
            wanted = wanted();
            if (intact && wanted.equals(members)) {
                // They go on as if nobody had come.
                return;
            }
        }
        endPreparing();
        prepared.clear();
        intact = false;
        members = wanted;
        if (wanted.isEmpty()) {
            pause(nowNs);
            return;
        }
        started = true;
        preparing = true;
        decisions.add(new Form(wanted));
    }

    /** Newcomers, the last first, as far as there is no room for their streams; whether there were any. */
    private boolean leaveOutForWantOfRoom(List<Candidate> wanted, long nowNs) {
        List<Candidate> newcomers =
                wanted.stream().filter(one -> !lastRunning.contains(one)).toList();
        int tooMany = lastRunning.isEmpty() ? 0 : Math.min(wanted.size() - room, newcomers.size());
        for (int i = newcomers.size() - 1; i >= newcomers.size() - tooMany; i--) {
            turnAway(
                    newcomers.get(i).name(),
                    "too little shared memory on the coordinator's machine: room for the streams of " + room
                            + " workers; in a container give --shm-size=1g (compose: shm_size: 1g), or name another"
                            + " --aeron-dir",
                    nowNs);
        }
        return tooMany > 0;
    }

    private void pause(long nowNs) {
        boolean hopeless = !present.isEmpty() && present.keySet().stream().allMatch(name -> standing(name).givenUp);
        if (hopeless) {
            Standing last = standing(present.keySet().iterator().next());
            fail(
                    Cause.TRAINING,
                    "no training: every worker failed " + MOST_FAILURES + " times, the last because: " + last.reason
                            + "; see the workers' logs, and --resume when that is mended");
            return;
        }
        decisions.add(new Pause("no workers left"));
        // There is nobody whom another try could keep waiting.
        for (String name : present.keySet()) {
            Standing standing = standing(name);
            standing.outUntilNs = Math.min(standing.outUntilNs, nowNs + SILENT_NS);
        }
    }

    private List<Candidate> wanted() {
        return present.values().stream()
                .filter(worker -> !standing(worker.name()).out && !busy.contains(worker.name()))
                .toList();
    }

    private void leaveOut(String name, long baseNs, String reason, long nowNs) {
        Standing standing = standing(name);
        if (standing.runningSinceNs != NEVER && nowNs - standing.runningSinceNs >= FORGIVEN_NS) {
            standing.failures = 0;
        }
        standing.runningSinceNs = NEVER;
        standing.failures++;
        standing.out = true;
        standing.reason = reason;
        if (standing.failures >= MOST_FAILURES) {
            standing.givenUp = true;
            standing.outUntilNs = NEVER;
            tell(
                    true,
                    "worker " + name + " failed " + standing.failures + " times and is left out of the job for good: "
                            + reason + "; its own log says more; where it lacks memory give it more"
                            + " (TUTTI_JAVA_OPTS=-Xmx...) or less to do (fewer --threads, --placement stream), then"
                            + " start it again");
            return;
        }
        long outNs = Math.min(LONGEST_OUT_NS, baseNs << (standing.failures - 1));
        standing.outUntilNs = nowNs + outNs;
        tell(
                true,
                "worker " + name + " left out of the job for " + seconds(outNs) + " s (failure " + standing.failures
                        + " of at most " + MOST_FAILURES + "): " + reason);
    }

    /** Nothing that the worker did: what is missing may be there later, so it is never left out for good. */
    private void turnAway(String name, String reason, long nowNs) {
        Standing standing = standing(name);
        long outNs = Math.min(LONGEST_OUT_NS, SILENT_NS << Math.min(standing.timesTurnedAway++, MOST_FAILURES));
        standing.runningSinceNs = NEVER;
        standing.out = true;
        standing.reason = reason;
        standing.outUntilNs = nowNs + outNs;
        tell(true, "worker " + name + " left out of the job for " + seconds(outNs) + " s: " + reason);
    }

    private void fail(Cause cause, String line) {
        if (!ended) {
            ended = true;
            decisions.add(new Fail(cause, line));
        }
    }

    private void formAt(long atNs) {
        formAtNs = Math.min(formAtNs, atNs);
    }

    private void tell(boolean fault, String line) {
        decisions.add(new Tell(fault, line));
    }

    private boolean isMember(String name) {
        return members.stream().anyMatch(member -> member.name().equals(name));
    }

    private boolean isPresent(Candidate member) {
        return member.equals(present.get(member.name()));
    }

    private Standing standing(String name) {
        return standings.computeIfAbsent(name, any -> new Standing());
    }

    private static long seconds(long ns) {
        return Duration.ofNanos(ns).toSeconds();
    }
}
