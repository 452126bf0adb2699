package dev.tutti.reduce;

/**
 * Threads that share the turns of a loop, none of which needs another's result: elements of vectors, blocks of samples. Who does a turn
 * cannot change its result, so neither can their number. One thread owns it and calls {@link #run}.
 */
public interface SharedLoop {
    /** The calling thread, alone. */
    SharedLoop ALONE = new SharedLoop() {
        @Override
        public int threads() {
            return 1;
        }

        @Override
        public void run(int turns, Body body) {
            for (int turn = 0; turn < turns; turn++) {
                body.run(0, turn);
            }
        }
    };

    /** What is done in a turn. */
    @FunctionalInterface
    interface Body {
        /**
         * Does one turn.
         *
         * @param thread who does it, from 0 to below {@link SharedLoop#threads}: no two turns of one thread run at the same time
         * @param turn which
         */
        void run(int thread, int turn);
    }

    /** Number of threads. */
    int threads();

    /**
     * Does the turns 0 to {@code turns - 1}, each once; returns when all are done, and all that they wrote can be read. Each thread does
     * a run of neighbours, the same in each call with so many turns, so that what it works on stays in its caches.
     */
    void run(int turns, Body body);
}
