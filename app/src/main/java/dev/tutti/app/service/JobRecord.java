package dev.tutti.app.service;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.app.console.ExitCode;
import dev.tutti.app.service.ServiceException.Kind;

/**
 * A job as it is kept on disk, and how it comes from one state into another. Immutable; every change makes a new record.
 *
 * @param id names the job for good; ids are in the order in which jobs were handed in
 * @param name for people
 * @param state where it stands
 * @param priority of two jobs that wait, the one with the higher priority is trained first
 * @param settings as they were handed in, a JSON object; not to be changed
 * @param createdMs when it was handed in, in milliseconds since 1970
 * @param startedMs when it was first trained; 0 if it was not yet
 * @param endedMs when it was over; 0 if it is not
 * @param cancelRequested whether somebody wants it stopped while it runs
 * @param crashes how often in a row the service broke down while it ran
 * @param exitCode as of {@code tutti train}; 0 until it is over
 * @param problem one line about what went wrong; empty if nothing did
 * @param summary the summary of the run, a JSON object; empty until it has succeeded
 * @param idempotencyKey the client's own name of its request; empty if it gave none
 * @param requestSha256 names the content of that request
 */
public record JobRecord(
        String id,
        String name,
        JobState state,
        int priority,
        JsonNode settings,
        long createdMs,
        long startedMs,
        long endedMs,
        boolean cancelRequested,
        int crashes,
        int exitCode,
        String problem,
        String summary,
        String idempotencyKey,
        String requestSha256) {

    /** A job that takes the service down each time must not do so for ever. */
    static final int MOST_CRASHES = 20;

    /** A job that has just been handed in. */
    static JobRecord created(
            String id,
            String name,
            int priority,
            JsonNode settings,
            long nowMs,
            String idempotencyKey,
            String requestSha256) {
        return new JobRecord(
                id,
                name,
                JobState.QUEUED,
                priority,
                settings,
                nowMs,
                0,
                0,
                false,
                0,
                0,
                "",
                "",
                idempotencyKey,
                requestSha256);
    }

    /** It is its turn. */
    JobRecord begun(long nowMs) {
        if (!state.isWaiting()) {
            throw new IllegalStateException(id + " does not wait: " + state);
        }
        return with(JobState.RUNNING, startedMs == 0 ? nowMs : startedMs, 0, false, crashes, 0, "", "");
    }

    /** Whether it stands still, for want of workers, is noted down. */
    JobRecord standing(boolean still) {
        requireUnderWay();
        return with(still ? JobState.FROZEN : JobState.RUNNING, startedMs, 0, cancelRequested, crashes, 0, "", "");
    }

    private void requireUnderWay() {
        if (!state.isUnderWay()) {
            throw new IllegalStateException(id + " does not run: " + state);
        }
    }

    /** Its training has ended; {@code outcome} INTERRUPTED is the end of the service, unless somebody wanted it stopped. */
    JobRecord ended(JobOutcome outcome, long nowMs) {
        requireUnderWay();
        if (outcome.exitCode() == ExitCode.INTERRUPTED && !cancelRequested) {
            return with(JobState.INTERRUPTED, startedMs, 0, false, 0, 0, "", "");
        }
        JobState now = switch (outcome.exitCode()) {
            case DONE -> JobState.SUCCEEDED;
            case INTERRUPTED -> JobState.CANCELLED;
            case INTERNAL_ERROR, BAD_INPUT, TRAINING_FAILED -> JobState.FAILED;
        };
        return with(
                now,
                startedMs,
                nowMs,
                false,
                0,
                outcome.exitCode().code(),
                now == JobState.FAILED ? outcome.problem() : "",
                outcome.summary());
    }

    /**
     * Somebody wants it stopped; asking again changes nothing.
     *
     * @throws ServiceException if it is over
     */
    JobRecord cancelled(long nowMs) {
        return switch (state) {
            case QUEUED, INTERRUPTED ->
                with(JobState.CANCELLED, startedMs, nowMs, false, 0, ExitCode.INTERRUPTED.code(), "", "");
            case RUNNING, FROZEN -> with(state, startedMs, 0, true, crashes, 0, "", "");
            case CANCELLED -> this;
            case SUCCEEDED, FAILED ->
                throw new ServiceException(
                        Kind.CONFLICT, "job " + id + " is over (" + state + "), so there is nothing to cancel");
        };
    }

    /**
     * Somebody wants it to go on; asking again changes nothing.
     *
     * @throws ServiceException if it is done
     */
    JobRecord resumed() {
        return switch (state) {
            case FAILED, CANCELLED -> with(JobState.QUEUED, startedMs, 0, false, 0, 0, "", "");
            case QUEUED, INTERRUPTED -> this;
            case RUNNING, FROZEN -> {
                if (cancelRequested) {
                    throw new ServiceException(
                            Kind.CONFLICT, "job " + id + " is being cancelled; resume it when it is CANCELLED");
                }
                yield this;
            }
            case SUCCEEDED ->
                throw new ServiceException(
                        Kind.CONFLICT, "job " + id + " is done, so there is nothing to resume; hand in another");
        };
    }

    /** The service has started and finds it: what was running when the one before ended, goes on. */
    JobRecord found(long nowMs) {
        if (!state.isUnderWay()) {
            return this;
        }
        if (cancelRequested) {
            return with(JobState.CANCELLED, startedMs, nowMs, false, 0, ExitCode.INTERRUPTED.code(), "", "");
        }
        if (crashes + 1 >= MOST_CRASHES) {
            String told = "the service broke down " + MOST_CRASHES
                    + " times while this job ran; see what it needs (memory?), then resume it";
            return with(JobState.FAILED, startedMs, nowMs, false, 0, ExitCode.INTERNAL_ERROR.code(), told, "");
        }
        return with(JobState.INTERRUPTED, startedMs, 0, false, crashes + 1, 0, "", "");
    }

    /** @throws ServiceException if it is not over */
    void requireDeletable() {
        if (!state.isOver()) {
            throw new ServiceException(
                    Kind.CONFLICT, "job " + id + " is not over (" + state + "); cancel it before it is deleted");
        }
    }

    private JobRecord with(
            JobState newState,
            long newStartedMs,
            long newEndedMs,
            boolean newCancelRequested,
            int newCrashes,
            int newExitCode,
            String newProblem,
            String newSummary) {
        return new JobRecord(
                id,
                name,
                newState,
                priority,
                settings,
                createdMs,
                newStartedMs,
                newEndedMs,
                newCancelRequested,
                newCrashes,
                newExitCode,
                newProblem,
                newSummary,
                idempotencyKey,
                requestSha256);
    }
}
