package dev.tutti.app.console;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Work that Ctrl-C must not cut short, such as saving the model, or starting what can only be stopped once it has been started: an
 * interrupt would close the files it writes, or leave half of it behind.
 */
public final class Uninterrupted {
    private Uninterrupted() {}

    /** Does {@code work} on a thread of its own and waits for its end; an interrupt meanwhile is kept for later. */
    public static void run(Runnable work) {
        call(() -> {
            work.run();
            return null;
        });
    }

    /** The same for work with a result. */
    public static <T> T call(Supplier<T> work) {
        FutureTask<T> task = new FutureTask<>(work::get);
        new Thread(task, "tutti-uninterrupted").start();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
