package dev.tutti.app.console;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Work that Ctrl-C must not cut short, such as saving the model: an interrupt would close the files it writes. */
public final class Uninterrupted {
    private Uninterrupted() {}

    /** Does {@code work} on a thread of its own and waits for its end; an interrupt meanwhile is kept for later. */
    public static void run(Runnable work) {
        FutureTask<Void> task = new FutureTask<>(work, null);
        new Thread(task, "tutti-save").start();
        boolean interrupted = false;
        while (true) {
            try {
                task.get();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException e) {
                throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
