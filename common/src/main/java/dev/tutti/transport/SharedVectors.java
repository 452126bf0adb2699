package dev.tutti.transport;

import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.SharedLoop;
import dev.tutti.wire.GenerationId;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;

/**
 * What a coordinator and the workers of its own process hand each other by reference, where between processes vectors are copied: one
 * object, given to both when the process is set up. The frames on the streams stay what they are, but carry no floats; they say when
 * and in which order, and what was written before one was sent can be read by who received it. Thread-safe.
 *
 * <ul>
 *   <li>The weights are the coordinator's, and workers read them. They change between two steps only; who still computes with those of
 *       a step that is over computes in vain, as its step is refused by its number.
 *   <li>A node of the summation tree belongs to the worker until it hands it over, and to the coordinator from then on. The worker has
 *       it no more, and computes again what is asked for again. For each node the worker gets a buffer back: the same at once where
 *       the node is refused, else one that the coordinator needs no longer.
 *   <li>The coordinator's part of a step may be done by the thread that leads the computing ({@link Generation#doSteps}), which has
 *       nothing else to do then, and knows threads that can help.
 * </ul>
 */
public final class SharedVectors {
    /** The coordinator's part of the steps. */
    @FunctionalInterface
    public interface Steps {
        /**
         * Does what there is to do now, unless another thread is at it.
         *
         * @param threads may be made to help
         * @return above 0 if something was done
         */
        int doWork(SharedLoop threads);
    }

    private volatile Steps steps = threads -> 0;
    private volatile Generation current;

    /** Nothing is shared yet. */
    public SharedVectors() {}

    /** On the coordinator's side: says who does its part of the steps from now on. */
    public void steps(Steps steps) {
        this.steps = steps;
    }

    /** On the coordinator's side: begins a generation, in place of the one before. */
    public Generation open(GenerationId id, int members) {
        Generation opened = new Generation(id, members);
        current = opened;
        return opened;
    }

    /** On a worker's side: the generation, or null if it is not the one that was begun last. */
    public Generation generation(GenerationId id) {
        Generation found = current;
        return found != null && found.id.equals(id) ? found : null;
    }

    /** What is handed over in one generation; what is left in it at its end is garbage. */
    public final class Generation {
        /** More nodes than a member sends in a step; a worker that finds no room waits. */
        private static final int MOST_NODES = 256;

        private final GenerationId id;
        private final OneToOneConcurrentArrayQueue<PartialGradient>[] nodes;
        private final OneToOneConcurrentArrayQueue<PartialGradient>[] buffers;
        private volatile float[] weights;

        private Generation(GenerationId id, int members) {
            this.id = id;
            this.nodes = queues(members);
            this.buffers = queues(members);
        }

        @SuppressWarnings({"unchecked", "rawtypes"})
        private OneToOneConcurrentArrayQueue<PartialGradient>[] queues(int members) {
            OneToOneConcurrentArrayQueue[] queues = new OneToOneConcurrentArrayQueue[members];
            for (int member = 0; member < members; member++) {
                queues[member] = new OneToOneConcurrentArrayQueue<>(MOST_NODES);
            }
            return queues;
        }

        /** On the coordinator's side: the weights of the step that is broadcast next. */
        public void weights(float[] weights) {
            this.weights = weights;
        }

        /** On a worker's side: the weights of the last broadcast, only to be read. */
        public float[] weights() {
            return weights;
        }

        /** On the side of worker {@code member}: gives a node away, before the frame that tells of it; false if there is no room now. */
        public boolean give(int member, PartialGradient node) {
            return nodes[member].offer(node);
        }

        /** On the coordinator's side: takes the node that a frame of {@code member} tells of; null if there is none. */
        public PartialGradient take(int member) {
            return nodes[member].poll();
        }

        /** On the coordinator's side: gives a buffer back; false if there is no room, as who does not take them needs none. */
        public boolean giveBack(int member, PartialGradient buffer) {
            return buffers[member].offer(buffer);
        }

        /** On the side of worker {@code member}: a buffer that came back, or null. */
        public PartialGradient takeBack(int member) {
            return buffers[member].poll();
        }

        /** On the thread that leads the computing, while it computes nothing: see {@link Steps#doWork}. */
        public int doSteps(SharedLoop threads) {
            return steps.doWork(threads);
        }
    }
}
