package dev.tutti.config;

/** Errors after which a process cannot go on, wherever they were caught. */
public final class FatalErrors {
    private FatalErrors() {}

    /**
     * Hands {@code failure} to the process, which tells it and ends, if it or one of its causes is an error of the virtual machine, such
     * as too little memory; else does nothing. For threads that must first tell others of their failure.
     */
    public static void report(Throwable failure) {
        Thread.UncaughtExceptionHandler process = Thread.getDefaultUncaughtExceptionHandler();
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < 20; depth++) {
            if (cause instanceof VirtualMachineError && process != null) {
                process.uncaughtException(Thread.currentThread(), cause);
                return;
            }
            cause = cause.getCause();
        }
    }
}
