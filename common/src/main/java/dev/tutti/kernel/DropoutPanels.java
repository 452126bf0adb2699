package dev.tutti.kernel;

import dev.tutti.model.Activation;
import dev.tutti.model.NetworkSpec;
import dev.tutti.random.Philox;

/**
 * {@link Dropout} for panels of samples: random numbers for the samples of a panel side by side, used at once while the panel is in the
 * first-level cache. One thread.
 */
final class DropoutPanels {
    private static final int PANEL = VectorOps.PANEL;
    private static final int BLOCK_UNITS = Dropout.BLOCK_UNITS;
    /** Blocks of units whose random numbers are computed together. */
    private static final int BLOCKS = Philox.BLOCKS / PANEL;

    private final NetworkSpec network;
    private final Dropout dropout;
    private final long[] words = new long[4 * Philox.BLOCKS];
    private final float[] factors = new float[BLOCKS * BLOCK_UNITS * PANEL];

    DropoutPanels(NetworkSpec network, Dropout dropout) {
        this.network = network;
        this.dropout = dropout;
    }

    /**
     * Drops units of one panel of samples.
     *
     * @param layer the hidden layer
     * @param units its number of units
     * @param epoch number of the epoch
     * @param place of the panel's first sample in the epoch
     * @param outputs {@code [units][PANEL]} from {@code offset}; multiplied by the factors
     * @param slopes at the same places: holds the derivatives if {@link VectorOps#keepsSlope}; receives factor times derivative
     */
    void drop(int layer, int units, int epoch, int place, float[] outputs, float[] slopes, int offset) {
        Activation activation = network.activation(layer);
        int firstBlock = Dropout.firstBlock(network, layer);
        for (int unit = 0; unit < units; unit += BLOCKS * BLOCK_UNITS) {
            int block = firstBlock + unit / BLOCK_UNITS;
            randomWords(block, epoch, place);
            VectorOps.dropoutFactors(words, BLOCKS, dropout.threshold(), dropout.scale(), factors);
            int count = Math.min(BLOCKS * BLOCK_UNITS, units - unit) * PANEL;
            apply(activation, outputs, slopes, offset + unit * PANEL, count);
        }
    }

    private void apply(Activation activation, float[] outputs, float[] slopes, int offset, int count) {
        if (VectorOps.keepsSlope(activation)) {
            VectorOps.multiply(slopes, offset, factors, 0, count);
        } else {
            System.arraycopy(factors, 0, slopes, offset, count);
            VectorOps.multiplyByDerivative(activation, slopes, offset, count, outputs, slopes);
        }
        VectorOps.multiply(outputs, offset, factors, 0, count);
    }

    private void randomWords(int firstBlock, int epoch, int place) {
        for (int block = 0; block < BLOCKS; block++) {
            int at = block * PANEL;
            for (int pair = 0; pair < PANEL / 2; pair++) {
                words[at + pair] = Integer.toUnsignedLong(place + 2 * pair);
                words[at + PANEL / 2 + pair] = Integer.toUnsignedLong(place + 2 * pair + 1);
            }
            int to = Philox.BLOCKS + at;
            for (int i = to; i < to + PANEL; i++) {
                words[i] = (long) firstBlock + block;
            }
        }
        Philox.blocks(dropout.seed(), Philox.Purpose.DROPOUT, epoch, words);
    }
}
