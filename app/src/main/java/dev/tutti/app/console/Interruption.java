package dev.tutti.app.console;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * Ctrl-C and SIGTERM: the thread that runs the command is interrupted and given time to end in order; then the process ends
 * with the command's exit code.
 */
public final class Interruption {
    /** How long a command may take to end in order; then the process ends anyway. */
    private static final long PATIENCE_SECONDS = 8;

    private final Thread command = Thread.currentThread();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile int exitCode = ExitCode.INTERRUPTED.code();

    private Interruption() {}

    /** Runs {@code command} on this thread and ends the process with its exit code. */
    public static void run(IntSupplier command) {
        Interruption interruption = new Interruption();
        Runtime.getRuntime().addShutdownHook(new Thread(interruption::shutDown, "tutti-shutdown"));
        interruption.exitCode = command.getAsInt();
        interruption.ended.countDown();
        System.exit(interruption.exitCode);
    }

    /** Runs while the virtual machine shuts down, whether by a signal or because the command has ended. */
    private void shutDown() {
        if (ended.getCount() == 0) {
            return;
        }
        command.interrupt();
        try {
            if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("tutti: interrupted: did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.out.flush();
        System.err.flush();
        // Without this SIGTERM would end with 143, and both would hide that the command was done after all.
        Runtime.getRuntime().halt(exitCode);
    }
}
