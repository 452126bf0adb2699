package dev.tutti.kernel;

import static dev.tutti.kernel.VectorLanes.PANEL;
import static dev.tutti.kernel.VectorLanes.TILE_ROWS;
import static dev.tutti.kernel.VectorLanes.TILE_STRIDE;

/**
 * How the loops of {@link VectorKernel} are cut so that what they read again stays in a cache. Any sizes give the same
 * bits.
 *
 * @param depth most terms of a sum that are added in one go
 * @param weightRows rows of weights that are packed in one go, a multiple of {@code TILE_ROWS}
 * @param gradientRows rows of a weight gradient that are written side by side, a multiple of {@code TILE_ROWS}
 * @param columnValues inputs of a layer (samples times columns) that one block of columns of the weight gradient has at
 *     most
 * @param samples most samples worked on together, a multiple of {@code PANEL}; more are worked on block by block
 */
record VectorBlocks(int depth, int weightRows, int gradientRows, int columnValues, int samples) {
    /** Most values of one layer of a block: very wide layers get smaller blocks. */
    private static final int MAX_VALUES = 1 << 25;

    /** For a first-level cache of 48 KiB or 32 KiB, and a second-level cache of 1 MiB or more. */
    static final VectorBlocks DEFAULT = new VectorBlocks(
            // A panel (24 KB) and a tile (12 KB) of this depth share the first-level cache.
            Math.min(6144 / PANEL, 3072 / TILE_STRIDE),
            // The packed rows stay in the second-level cache while all samples pass.
            36 * TILE_ROWS,
            // A panel of inputs is read once for so many rows.
            2 * TILE_ROWS,
            // The columns stay in the second-level cache while all rows pass.
            1 << 17,
            512);

    /** Most samples worked on together, for a network with a layer of {@code widest} values. */
    int samples(int widest) {
        return Math.max(PANEL, Math.min(samples, MAX_VALUES / widest / PANEL * PANEL));
    }

    /** Cuts {@code terms} into parts of the same length, at most {@link #depth}, and returns that. */
    int evenDepth(int terms) {
        int parts = (terms + depth - 1) / depth;
        return (terms + parts - 1) / parts;
    }

    /** Columns of a block of the weight gradient: a multiple of {@code PANEL}. */
    int columns(int blockSamples) {
        return Math.max(PANEL, columnValues / blockSamples / PANEL * PANEL);
    }
}
