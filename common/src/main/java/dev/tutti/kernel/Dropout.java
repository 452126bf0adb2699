package dev.tutti.kernel;

import dev.tutti.model.NetworkSpec;
import dev.tutti.random.Philox;
import dev.tutti.random.Philox.Purpose;

/**
 * Dropout of hidden units (Srivastava and others, "Dropout: a simple way to prevent neural networks from overfitting",
 * 2014), inverted: while gradients are computed, the output of a hidden unit is multiplied by 0 with probability
 * {@code rate}, otherwise by {@code 1 / (1 - rate)}, so that nothing is to be done when the network is used.
 *
 * <p>Which units are dropped is a function of (seed, epoch, position of the sample in the epoch, unit) and of nothing
 * else: no masks are stored or sent, and whoever computes a sample drops the same units. See
 * docs/adr/0003-random-numbers.md.
 *
 * @param rate probability of dropping a unit, 0 to below 1; taken to the next multiple of 2^-16
 * @param seed of the run
 * @param inputRate probability of dropping an input of the network, 0 to below 1; rounded as {@code rate}
 */
public record Dropout(float rate, long seed, float inputRate) {
    /** Nothing is dropped. */
    public static final Dropout NONE = new Dropout(0, 0, 0);

    /** Units that share a random block: 16 bits each. The units of a layer begin with a block of their own. */
    static final int BLOCK_UNITS = 8;

    private static final int BITS = 16;
    private static final int RANGE = 1 << BITS;

    /** No input is dropped. */
    public Dropout(float rate, long seed) {
        this(rate, seed, 0);
    }

    /** @throws IllegalArgumentException if a rate is out of range */
    public Dropout {
        requireRate(rate);
        requireRate(inputRate);
    }

    private static void requireRate(float rate) {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException("dropout rate out of range: " + rate + ", allowed: 0 to below 1");
        }
    }

    /** Whether any input is ever dropped. */
    boolean dropsInputs() {
        return threshold(inputRate) > 0;
    }

    /** Whether any unit is ever dropped. */
    boolean isOn() {
        return threshold() > 0;
    }

    /** A unit is dropped if its 16 random bits are below this. */
    int threshold() {
        return threshold(rate);
    }

    /** The same for inputs. */
    int inputThreshold() {
        return threshold(inputRate);
    }

    private static int threshold(float rate) {
        return Math.min(RANGE - 1, Math.round(rate * RANGE));
    }

    /** What the outputs of the other units are multiplied with: one over the share of units that stay. */
    float scale() {
        return scale(threshold());
    }

    /** The same for inputs. */
    float inputScale() {
        return scale(inputThreshold());
    }

    private static float scale(int threshold) {
        return (float) RANGE / (RANGE - threshold);
    }

    /** The number of the random block of the network's first inputs: behind those of all hidden layers. */
    static int firstInputBlock(NetworkSpec network) {
        return firstBlock(network, network.layers() - 1);
    }

    /** The number of the random block of a hidden layer's first units; layers are counted from 0. */
    static int firstBlock(NetworkSpec network, int layer) {
        int block = 0;
        for (int below = 0; below < layer; below++) {
            block += (network.outputs(below) + BLOCK_UNITS - 1) / BLOCK_UNITS;
        }
        return block;
    }

    /** The index of the random numbers of a block of units, for the sample at a position of the epoch. */
    static long index(int position, int block) {
        return (long) block << 32 | position;
    }

    /**
     * What the output of a unit is multiplied with: the definition, one unit at a time.
     *
     * @param epoch number of the epoch, counted from 1
     * @param position of the sample in the epoch
     * @param firstBlock of the unit's layer
     * @param unit in its layer
     */
    float factor(int epoch, int position, int firstBlock, int unit) {
        return bits(epoch, position, firstBlock, unit) < threshold() ? 0f : scale();
    }

    /** What an input of the network is multiplied with; see {@link #factor}. */
    float inputFactor(int epoch, int position, int firstInputBlock, int input) {
        return bits(epoch, position, firstInputBlock, input) < inputThreshold() ? 0f : inputScale();
    }

    private long bits(int epoch, int position, int firstBlock, int unit) {
        long index = index(position, firstBlock + unit / BLOCK_UNITS);
        int half = BLOCK_UNITS / 2;
        long bits = unit % BLOCK_UNITS < half
                ? Philox.bits(seed, Purpose.DROPOUT, epoch, index)
                : Philox.otherBits(seed, Purpose.DROPOUT, epoch, index);
        return bits >>> BITS * (unit % half) & RANGE - 1;
    }
}
