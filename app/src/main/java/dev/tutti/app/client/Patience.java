package dev.tutti.app.client;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** How long a client goes on where its service does not answer: it may be started again. For one thread. */
final class Patience {
    private static final long FIRST_PAUSE_MS = 100;
    private static final long LONGEST_PAUSE_MS = 2_000;

    private final Supplier<Duration> limit;
    private final Consumer<String> notes;
    private long lostNs;
    private boolean lost;
    private long pauseMs = FIRST_PAUSE_MS;

    /** Something that asks the service. */
    @FunctionalInterface
    interface Call<T> {
        T make() throws IOException, InterruptedException;
    }

    /**
     * @param limit how long to try again
     * @param notes told when the service is lost, and when it answers again
     */
    Patience(Duration limit, Consumer<String> notes) {
        this(() -> limit, notes);
    }

    /** The same with a limit that may change between two calls. */
    Patience(Supplier<Duration> limit, Consumer<String> notes) {
        this.limit = limit;
        this.notes = notes;
    }

    /** Makes a call until it is answered. */
    <T> T until(Call<T> call) throws IOException, InterruptedException {
        while (true) {
            try {
                T answer = call.make();
                answered();
                return answer;
            } catch (IOException e) {
                failed(e);
            } catch (ServiceProblem e) {
                if (!e.isPassing()) {
                    throw e;
                }
                failed(new IOException(e.getMessage()));
            }
        }
    }

    /** The service has answered. */
    void answered() {
        reached();
        pauseMs = FIRST_PAUSE_MS;
    }

    /** The service is there, which ends an outage; whether it says something, too, is not known yet. */
    void reached() {
        if (lost) {
            notes.accept("the service answers again");
        }
        lost = false;
    }

    /**
     * It has not: pauses.
     *
     * @throws IOException if that lasts for too long
     */
    private void failed(IOException problem) throws IOException, InterruptedException {
        if (!lost) {
            lost = true;
            lostNs = System.nanoTime();
            notes.accept("the service does not answer (" + describe(problem) + "); trying again for "
                    + limit.get().toSeconds() + " s");
        } else if (System.nanoTime() - lostNs > limit.get().toNanos()) {
            throw problem;
        }
        pause();
    }

    /** Waits a moment, longer each time until there is an answer. */
    void pause() throws InterruptedException {
        Thread.sleep(pauseMs);
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    }

    /** What went wrong, in words. */
    static String describe(IOException problem) {
        if (problem instanceof ConnectException && problem.getMessage() == null) {
            return "nothing listens there";
        }
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            if (cause.getMessage() != null) {
                return cause.getMessage();
            }
        }
        return problem.getClass().getSimpleName();
    }
}
