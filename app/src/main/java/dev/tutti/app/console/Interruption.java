package dev.tutti.app.console;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;

/**
 * What ends a command early. Ctrl-C and SIGTERM: the thread that runs it is interrupted and given time to end in order; then the
 * process ends with the command's exit code. An error that nothing catches, on any thread, such as too little memory: it is told at
 * once, the command has a shorter time to end, and the exit code is that of the error.
 */
public final class Interruption {
    /** How long a command may take to end in order; then the process ends anyway. */
    private static final long PATIENCE_SECONDS = 8;

    private static final long PATIENCE_AFTER_AN_ERROR_SECONDS = 3;

    /** What is done where the command does not end in time. */
    private static final Set<Runnable> LAST = ConcurrentHashMap.newKeySet();

    private final Thread command = Thread.currentThread();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicReference<ExitCode> error = new AtomicReference<>();
    private volatile int exitCode = ExitCode.INTERRUPTED.code();

    private Interruption() {}

    /** Runs {@code command} on this thread and ends the process with its exit code. */
    public static void run(IntSupplier command) {
        Interruption interruption = new Interruption();
        Runtime.getRuntime().addShutdownHook(new Thread(interruption::shutDown, "tutti-shutdown"));
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> interruption.fail(error));
        try {
            interruption.exitCode = command.getAsInt();
        } catch (Throwable e) {
            interruption.exitCode = ErrorReport.fatal(e).code();
        }
        interruption.ended.countDown();
        System.exit(interruption.code());
    }

    /**
     * Has something done where the command does not end in time: for what must not be left behind.
     *
     * @param last quick; on another thread, while the command may still run
     */
    public static void atLast(Runnable last) {
        LAST.add(last);
    }

    /** Forgets it: the command has got so far that it sees to it by itself. */
    public static void forget(Runnable last) {
        LAST.remove(last);
    }

    /** Does it now. */
    static void doLast() {
        LAST.forEach(Runnable::run);
    }

    /** A thread has ended with an error. Only errors that are the process's end end it; the others are faults of one thread. */
    private void fail(Throwable failure) {
        if (failure instanceof VirtualMachineError || OutOfMemory.in(failure).isPresent()) {
            if (error.compareAndSet(null, ExitCode.INTERNAL_ERROR)) {
                error.set(ErrorReport.fatal(failure));
                System.exit(code());
            }
        } else {
            ErrorReport.warn(failure);
        }
    }

    private int code() {
        ExitCode ofError = error.get();
        return ofError == null ? exitCode : ofError.code();
    }

    /** Runs while the virtual machine shuts down, whether by a signal, by an error or because the command has ended. */
    private void shutDown() {
        if (ended.getCount() == 0) {
            return;
        }
        command.interrupt();
        try {
            boolean failed = error.get() != null;
            if (!ended.await(failed ? PATIENCE_AFTER_AN_ERROR_SECONDS : PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                doLast();
                if (!failed) {
                    System.err.println("tutti: interrupted: did not end in time");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.out.flush();
        System.err.flush();
        // Without this SIGTERM would end with 143, and both would hide that the command was done after all.
        Runtime.getRuntime().halt(code());
    }
}
