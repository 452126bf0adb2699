package dev.tutti.transport;

import io.aeron.logbuffer.LogBufferDescriptor;
import org.agrona.BitUtil;

/**
 * Lengths of the terms of a generation's streams, in bytes: powers of two, chosen by what the streams carry. A stream takes
 * three terms of shared memory on each machine where it begins or ends, so these numbers say how many workers there is room for.
 * A length of 0 is that of a stream which does not go through Aeron.
 *
 * @param weights of the stream from the coordinator to all
 * @param work of each stream from the coordinator to one worker
 * @param gradients of each stream from a worker to the coordinator
 */
public record TermLengths(int weights, int work, int gradients) {
    /** Frames through shared memory are an eighth of a term at most, so shorter terms would cut small vectors to pieces. */
    static final int MIN_VECTOR_TERM = 256 << 10;

    /** The weights have one stream, whatever the number of workers. */
    static final int MAX_WEIGHTS_TERM = 16 << 20;

    static final int MAX_GRADIENTS_TERM = 4 << 20;
    static final int MIN_WORK_TERM = LogBufferDescriptor.TERM_MIN_LENGTH;
    static final int MAX_WORK_TERM = 1 << 20;

    private static final int PAGE_BYTES = 4096;

    /** Checks that Aeron takes these lengths. */
    public TermLengths {
        check(weights);
        LogBufferDescriptor.checkTermLength(work);
        check(gradients);
    }

    /**
     * Returns lengths whose halves, which is as far as a sender may be ahead of a receiver, hold what is sent in one go, where
     * that is not too much.
     *
     * @param vectorBytes number of bytes of the weights, and of a gradient
     * @param workBytes number of bytes of the most that comes with a piece of work, or instead of it: the samples of a step, or
     *     the training set
     */
    public static TermLengths of(long vectorBytes, long workBytes) {
        return new TermLengths(
                term(vectorBytes, MIN_VECTOR_TERM, MAX_WEIGHTS_TERM),
                term(workBytes, MIN_WORK_TERM, MAX_WORK_TERM),
                term(vectorBytes, MIN_VECTOR_TERM, MAX_GRADIENTS_TERM));
    }

    /** The same where some of it goes over TCP. */
    public TermLengths but(Carriers carriers) {
        return new TermLengths(
                carriers.vectorsByTcp() ? 0 : weights,
                carriers.samplesByTcp() ? MIN_WORK_TERM : work,
                carriers.vectorsByTcp() ? 0 : gradients);
    }

    /** Number of bytes of shared memory on the coordinator's machine that {@code members} members take. */
    public long coordinatorBytes(int members) {
        return streamBytes(weights) + members * bytesPerMember();
    }

    /** Number of bytes of shared memory on the coordinator's machine that each member takes. */
    public long bytesPerMember() {
        return streamBytes(work) + streamBytes(gradients);
    }

    /**
     * Number of bytes of shared memory on its own machine that a worker's ends of the streams take, beside what the coordinator
     * takes where that is the same machine.
     *
     * @param ipc whether it uses the coordinator's media driver, where two of the three streams are the coordinator's
     */
    public long workerBytes(boolean ipc) {
        return ipc ? streamBytes(gradients) : streamBytes(weights) + bytesPerMember();
    }

    /** Number of members that there is room for in {@code freeBytes} on the coordinator's machine. */
    public int mostMembers(long freeBytes) {
        long most = (freeBytes - streamBytes(weights)) / bytesPerMember();
        return (int) Math.max(0, Math.min(most, Streams.MAX_MEMBERS));
    }

    private static void check(int term) {
        if (term != 0) {
            LogBufferDescriptor.checkTermLength(term);
        }
    }

    private static long streamBytes(int term) {
        return term == 0 ? 0 : LogBufferDescriptor.computeLogLength(term, PAGE_BYTES);
    }

    private static int term(long bytes, int min, int max) {
        return BitUtil.findNextPositivePowerOfTwo((int) Math.max(min, Math.min(max, 2 * bytes)));
    }
}
