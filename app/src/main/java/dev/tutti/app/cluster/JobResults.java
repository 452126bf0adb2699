package dev.tutti.app.cluster;

import dev.tutti.train.TrainingResult;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Waiting for the result of a job. */
final class JobResults {
    private JobResults() {}

    /** Returns the result, or throws what the job failed with. */
    static TrainingResult await(CompletableFuture<TrainingResult> result) throws InterruptedException {
        try {
            return result.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
