package dev.tutti.kernel;

import static dev.tutti.kernel.VectorLanes.LANES;
import static dev.tutti.kernel.VectorLanes.LONGS;
import static dev.tutti.kernel.VectorLanes.PANEL;

import dev.tutti.model.Activation;
import dev.tutti.model.NetworkSpec;
import dev.tutti.random.Philox;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link Dropout}, samples in lanes: random numbers for the samples of a panel side by side, used at once while the
 * panel is in the first-level cache. One thread.
 */
final class VectorDropout {
    private static final int BLOCK_UNITS = Dropout.BLOCK_UNITS;
    /** Blocks of units whose random numbers are computed together. */
    private static final int BLOCKS = Philox.BLOCKS / PANEL;

    private final NetworkSpec network;
    private final Dropout dropout;
    private final long[] words = new long[4 * Philox.BLOCKS];
    private final float[] factors = new float[BLOCKS * BLOCK_UNITS * PANEL];

    VectorDropout(NetworkSpec network, Dropout dropout) {
        this.network = network;
        this.dropout = dropout;
    }

    /**
     * Drops units of one panel of samples.
     *
     * @param layer the hidden layer
     * @param units its number of units
     * @param epoch number of the epoch
     * @param position of the panel's first sample in the epoch
     * @param outputs {@code [units][PANEL]} from {@code offset}; multiplied by the factors
     * @param slopes at the same places: holds the derivatives if {@link VectorActivations#keepsSlope}; receives factor
     *     times derivative
     */
    void drop(int layer, int units, int epoch, int position, float[] outputs, float[] slopes, int offset) {
        Activation activation = network.activation(layer);
        int firstBlock = Dropout.firstBlock(network, layer);
        for (int unit = 0; unit < units; unit += BLOCKS * BLOCK_UNITS) {
            int block = firstBlock + unit / BLOCK_UNITS;
            randomWords(block, epoch, position);
            dropoutFactors(words, BLOCKS, dropout.threshold(), dropout.scale(), factors);
            int count = Math.min(BLOCKS * BLOCK_UNITS, units - unit) * PANEL;
            apply(activation, outputs, slopes, offset + unit * PANEL, count);
        }
    }

    /**
     * Drops inputs of one panel of samples.
     *
     * @param values {@code [inputs][PANEL]} from {@code offset}; multiplied by the factors
     */
    void dropInputs(int epoch, int position, float[] values, int offset) {
        int inputs = network.inputs();
        int firstBlock = Dropout.firstInputBlock(network);
        for (int input = 0; input < inputs; input += BLOCKS * BLOCK_UNITS) {
            randomWords(firstBlock + input / BLOCK_UNITS, epoch, position);
            dropoutFactors(words, BLOCKS, dropout.inputThreshold(), dropout.inputScale(), factors);
            int count = Math.min(BLOCKS * BLOCK_UNITS, inputs - input) * PANEL;
            VectorRows.multiply(values, offset + input * PANEL, factors, 0, count);
        }
    }

    private void apply(Activation activation, float[] outputs, float[] slopes, int offset, int count) {
        if (VectorActivations.keepsSlope(activation)) {
            VectorRows.multiply(slopes, offset, factors, 0, count);
        } else {
            System.arraycopy(factors, 0, slopes, offset, count);
            VectorActivations.multiplyByDerivative(activation, slopes, offset, count, outputs, slopes);
        }
        VectorRows.multiply(outputs, offset, factors, 0, count);
    }

    private void randomWords(int firstBlock, int epoch, int position) {
        for (int block = 0; block < BLOCKS; block++) {
            int at = block * PANEL;
            for (int pair = 0; pair < PANEL / 2; pair++) {
                words[at + pair] = Integer.toUnsignedLong(position + 2 * pair);
                words[at + PANEL / 2 + pair] = Integer.toUnsignedLong(position + 2 * pair + 1);
            }
            int to = Philox.BLOCKS + at;
            for (int i = to; i < to + PANEL; i++) {
                words[i] = (long) firstBlock + block;
            }
        }
        Philox.blocks(dropout.seed(), Philox.Purpose.DROPOUT, epoch, words);
    }

    /**
     * Makes factors of random bits: 0 where 16 bits are below a threshold, otherwise {@code scale}.
     *
     * @param words random numbers of 32 bits {@code [4][Philox.BLOCKS]}; a row has {@code PANEL} of each block of
     *     units, first those of samples 0, 2, 4, ... and then those of samples 1, 3, 5, ..., so that they can be merged
     *     without a shuffle
     * @param blocks number of blocks of units
     * @param factors receives {@code [blocks][8 units][PANEL]}
     */
    private static void dropoutFactors(long[] words, int blocks, int threshold, float scale, float[] factors) {
        int scaleBits = Float.floatToRawIntBits(scale);
        for (int block = 0; block < blocks; block++) {
            for (int word = 0; word < 4; word++) {
                int from = word * Philox.BLOCKS + block * PANEL;
                int to = (block * Dropout.BLOCK_UNITS + 2 * word) * PANEL;
                for (int half = 0; half < 2; half++) {
                    int even = from + half * LANES / 2;
                    LongVector odds =
                            LongVector.fromArray(LONGS, words, even + LANES).lanewise(VectorOperators.LSHL, 32);
                    IntVector bits =
                            LongVector.fromArray(LONGS, words, even).or(odds).reinterpretAsInts();
                    int at = to + half * LANES;
                    factors(bits.and(0xFFFF), threshold, scaleBits).intoArray(factors, at);
                    factors(bits.lanewise(VectorOperators.LSHR, 16), threshold, scaleBits)
                            .intoArray(factors, at + PANEL);
                }
            }
        }
    }

    /** The sign of the difference, spread over all bits, is the mask of what is dropped. */
    private static FloatVector factors(IntVector random, int threshold, int scaleBits) {
        IntVector stays =
                random.sub(threshold).lanewise(VectorOperators.ASHR, 31).not();
        return stays.and(scaleBits).reinterpretAsFloats();
    }
}
