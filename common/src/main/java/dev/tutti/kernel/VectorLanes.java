package dev.tutti.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * How many lanes the vectors have, and the sizes that follow from it: constants, which C2 folds into the loops of the
 * other {@code Vector} classes.
 *
 * <p>The {@code Vector} classes of this package are the only ones of the project that may import the Vector API, so
 * that all else loads on a JVM without the module. Lanes always hold independent results (outputs of different samples,
 * or different weights), never terms of one sum: the bits are those of {@link ScalarKernel} at every width. Two layouts
 * of matrices occur:
 *
 * <ul>
 *   <li><i>panels</i> {@code [panel][k][PANEL]}: {@code PANEL} columns side by side, read two vectors at a time;
 *   <li><i>tiles</i> {@code [tile][k][TILE_STRIDE]}: {@code TILE_ROWS} rows side by side (the rest is padding), each
 *       value broadcast to all lanes.
 * </ul>
 *
 * A product of a tile and a panel keeps {@code TILE_ROWS x PANEL} running sums in registers.
 */
final class VectorLanes {
    static final VectorSpecies<Float> FLOATS = species();
    static final int LANES = FLOATS.length();
    /** Columns of a panel: two vectors. */
    static final int PANEL = 2 * LANES;
    /** Rows of a tile: with 32 vector registers 28 sums, 2 columns and a broadcast value fit; with 16 it is 12. */
    static final int TILE_ROWS = hasManyRegisters() ? 14 : 6;
    /** Distance of the rows of a packed tile, a multiple of every vector length in use. */
    static final int TILE_STRIDE = hasManyRegisters() ? 16 : 8;

    static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());
    static final VectorSpecies<Long> LONGS = VectorSpecies.of(long.class, FLOATS.vectorShape());

    private VectorLanes() {}

    private static VectorSpecies<Float> species() {
        int preferred = Math.min(512, FloatVector.SPECIES_PREFERRED.vectorBitSize());
        return switch (Integer.getInteger(Kernels.BITS_PROPERTY, preferred)) {
            case 512 -> FloatVector.SPECIES_512;
            case 256 -> FloatVector.SPECIES_256;
            default -> FloatVector.SPECIES_128;
        };
    }

    private static boolean hasManyRegisters() {
        return FLOATS.vectorBitSize() == 512 || "aarch64".equals(System.getProperty("os.arch"));
    }

    /** Width of the vectors in use, in bits. */
    static int bits() {
        return FLOATS.vectorBitSize();
    }

    /** Width of the widest vectors of this machine, in bits. */
    static int preferredBits() {
        return FloatVector.SPECIES_PREFERRED.vectorBitSize();
    }
}
