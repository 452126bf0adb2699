package dev.tutti.kernel;

import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.random.Philox;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops of {@link VectorKernel} that are written with the Vector API: the only class of the project that imports it, so that all
 * else loads on a JVM without the module.
 *
 * <p>Lanes always hold independent results (outputs of different samples, or different weights), never terms of one sum:
 * the bits are those of {@link ScalarKernel} at every width. Two layouts of matrices occur:
 *
 * <ul>
 *   <li><i>panels</i> {@code [panel][k][PANEL]}: {@code PANEL} columns side by side, read two vectors at a time;
 *   <li><i>tiles</i> {@code [tile][k][TILE_STRIDE]}: {@code TILE_ROWS} rows side by side (the rest is padding), each value
 *       broadcast to all lanes.
 * </ul>
 *
 * A product of a tile and a panel keeps {@code TILE_ROWS x PANEL} running sums in registers.
 */
final class VectorOps {
    static final VectorSpecies<Float> FLOATS = species();
    static final int LANES = FLOATS.length();
    /** Columns of a panel: two vectors. */
    static final int PANEL = 2 * LANES;
    /** Rows of a tile: with 32 vector registers 28 sums, 2 columns and a broadcast value fit; with 16 it is 12. */
    static final int TILE_ROWS = hasManyRegisters() ? 14 : 6;
    /** Distance of the rows of a packed tile, a multiple of every vector length in use. */
    static final int TILE_STRIDE = hasManyRegisters() ? 16 : 8;

    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());
    private static final VectorSpecies<Long> LONGS = VectorSpecies.of(long.class, FLOATS.vectorShape());

    private static final float[] ZEROS = new float[PANEL];

    /**
     * No index into an array is this. The comparisons with it keep C2 from loading more rows of a tile ahead than 16 registers hold
     * beside the sums: it moves loads as far up as there is no branch, and would keep a sum in memory for that.
     */
    private static final int NEVER = Integer.MIN_VALUE;

    /**
     * A transposition swaps the upper half of row r with the lower half of row r + LANES/2, then quarters, and so on. Written
     * out without helpers: C2 gives up inlining in methods of this size, but for the JDK's own.
     */
    private static final VectorShuffle<Float> SWAP_8 = swap(8);

    private static final VectorShuffle<Float> SWAP_4 = swap(4);
    private static final VectorShuffle<Float> SWAP_2 = swap(2);
    private static final VectorShuffle<Float> SWAP_1 = swap(1);
    private static final VectorMask<Float> UPPER_8 = upper(8);
    private static final VectorMask<Float> UPPER_4 = upper(4);
    private static final VectorMask<Float> UPPER_2 = upper(2);
    private static final VectorMask<Float> UPPER_1 = upper(1);

    private VectorOps() {}

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

    // ---- Products -------------------------------------------------------------------------------------------------

    /**
     * Adds a product to a block of sums: {@code out[r][c] = in[r][c] + a[0][r] b[0][c] + a[1][r] b[1][c] + ...}, each
     * sum one chain of fused multiply-adds in this order.
     *
     * @param rows number of rows, at most {@code TILE_ROWS}
     * @param depth number of terms of each sum
     * @param a tile {@code [depth x TILE_STRIDE]}, from {@code ao}
     * @param b panel {@code [depth x PANEL]}, from {@code bo}
     * @param in where the sums begin: {@code [rows x PANEL]} from {@code io}, rows {@code is} apart (0: the same row)
     * @param out receives the sums, from {@code oo}, rows {@code os} apart; may be {@code in}
     */
    static void multiply(
            int rows,
            int depth,
            float[] a,
            int ao,
            float[] b,
            int bo,
            float[] in,
            int io,
            int is,
            float[] out,
            int oo,
            int os) {
        if (rows == 14) {
            tile14(depth, a, ao, b, bo, in, io, is, out, oo, os);
            return;
        }
        int r = 0;
        while (r < rows) {
            int left = rows - r;
            int ar = ao + r;
            int ir = io + r * is;
            int or = oo + r * os;
            if (left >= 8) {
                tile8(depth, a, ar, b, bo, in, ir, is, out, or, os);
                r += 8;
            } else if (left >= 6) {
                tile6(depth, a, ar, b, bo, in, ir, is, out, or, os);
                r += 6;
            } else if (left >= 4) {
                tile4(depth, a, ar, b, bo, in, ir, is, out, or, os);
                r += 4;
            } else if (left >= 2) {
                tile2(depth, a, ar, b, bo, in, ir, is, out, or, os);
                r += 2;
            } else {
                tile1(depth, a, ar, b, bo, in, ir, is, out, or, os);
                r += 1;
            }
        }
    }

    private static void tile14(
            int depth, float[] a, int ao, float[] b, int bo, float[] in, int io, int is, float[] out, int oo, int os) {
        FloatVector x0 = FloatVector.fromArray(FLOATS, in, io);
        FloatVector y0 = FloatVector.fromArray(FLOATS, in, io + LANES);
        FloatVector x1 = FloatVector.fromArray(FLOATS, in, io + is);
        FloatVector y1 = FloatVector.fromArray(FLOATS, in, io + is + LANES);
        FloatVector x2 = FloatVector.fromArray(FLOATS, in, io + 2 * is);
        FloatVector y2 = FloatVector.fromArray(FLOATS, in, io + 2 * is + LANES);
        FloatVector x3 = FloatVector.fromArray(FLOATS, in, io + 3 * is);
        FloatVector y3 = FloatVector.fromArray(FLOATS, in, io + 3 * is + LANES);
        FloatVector x4 = FloatVector.fromArray(FLOATS, in, io + 4 * is);
        FloatVector y4 = FloatVector.fromArray(FLOATS, in, io + 4 * is + LANES);
        FloatVector x5 = FloatVector.fromArray(FLOATS, in, io + 5 * is);
        FloatVector y5 = FloatVector.fromArray(FLOATS, in, io + 5 * is + LANES);
        FloatVector x6 = FloatVector.fromArray(FLOATS, in, io + 6 * is);
        FloatVector y6 = FloatVector.fromArray(FLOATS, in, io + 6 * is + LANES);
        FloatVector x7 = FloatVector.fromArray(FLOATS, in, io + 7 * is);
        FloatVector y7 = FloatVector.fromArray(FLOATS, in, io + 7 * is + LANES);
        FloatVector x8 = FloatVector.fromArray(FLOATS, in, io + 8 * is);
        FloatVector y8 = FloatVector.fromArray(FLOATS, in, io + 8 * is + LANES);
        FloatVector x9 = FloatVector.fromArray(FLOATS, in, io + 9 * is);
        FloatVector y9 = FloatVector.fromArray(FLOATS, in, io + 9 * is + LANES);
        FloatVector x10 = FloatVector.fromArray(FLOATS, in, io + 10 * is);
        FloatVector y10 = FloatVector.fromArray(FLOATS, in, io + 10 * is + LANES);
        FloatVector x11 = FloatVector.fromArray(FLOATS, in, io + 11 * is);
        FloatVector y11 = FloatVector.fromArray(FLOATS, in, io + 11 * is + LANES);
        FloatVector x12 = FloatVector.fromArray(FLOATS, in, io + 12 * is);
        FloatVector y12 = FloatVector.fromArray(FLOATS, in, io + 12 * is + LANES);
        FloatVector x13 = FloatVector.fromArray(FLOATS, in, io + 13 * is);
        FloatVector y13 = FloatVector.fromArray(FLOATS, in, io + 13 * is + LANES);
        for (int k = 0; k < depth; k++) {
            int ak = ao + k * TILE_STRIDE;
            FloatVector bx = FloatVector.fromArray(FLOATS, b, bo + k * PANEL);
            FloatVector by = FloatVector.fromArray(FLOATS, b, bo + k * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(FLOATS, a[ak]);
            x0 = a0.fma(bx, x0);
            y0 = a0.fma(by, y0);
            FloatVector a1 = FloatVector.broadcast(FLOATS, a[ak + 1]);
            x1 = a1.fma(bx, x1);
            y1 = a1.fma(by, y1);
            FloatVector a2 = FloatVector.broadcast(FLOATS, a[ak + 2]);
            x2 = a2.fma(bx, x2);
            y2 = a2.fma(by, y2);
            FloatVector a3 = FloatVector.broadcast(FLOATS, a[ak + 3]);
            x3 = a3.fma(bx, x3);
            y3 = a3.fma(by, y3);
            FloatVector a4 = FloatVector.broadcast(FLOATS, a[ak + 4]);
            x4 = a4.fma(bx, x4);
            y4 = a4.fma(by, y4);
            FloatVector a5 = FloatVector.broadcast(FLOATS, a[ak + 5]);
            x5 = a5.fma(bx, x5);
            y5 = a5.fma(by, y5);
            FloatVector a6 = FloatVector.broadcast(FLOATS, a[ak + 6]);
            x6 = a6.fma(bx, x6);
            y6 = a6.fma(by, y6);
            FloatVector a7 = FloatVector.broadcast(FLOATS, a[ak + 7]);
            x7 = a7.fma(bx, x7);
            y7 = a7.fma(by, y7);
            FloatVector a8 = FloatVector.broadcast(FLOATS, a[ak + 8]);
            x8 = a8.fma(bx, x8);
            y8 = a8.fma(by, y8);
            FloatVector a9 = FloatVector.broadcast(FLOATS, a[ak + 9]);
            x9 = a9.fma(bx, x9);
            y9 = a9.fma(by, y9);
            FloatVector a10 = FloatVector.broadcast(FLOATS, a[ak + 10]);
            x10 = a10.fma(bx, x10);
            y10 = a10.fma(by, y10);
            FloatVector a11 = FloatVector.broadcast(FLOATS, a[ak + 11]);
            x11 = a11.fma(bx, x11);
            y11 = a11.fma(by, y11);
            FloatVector a12 = FloatVector.broadcast(FLOATS, a[ak + 12]);
            x12 = a12.fma(bx, x12);
            y12 = a12.fma(by, y12);
            FloatVector a13 = FloatVector.broadcast(FLOATS, a[ak + 13]);
            x13 = a13.fma(bx, x13);
            y13 = a13.fma(by, y13);
        }
        x0.intoArray(out, oo);
        y0.intoArray(out, oo + LANES);
        x1.intoArray(out, oo + os);
        y1.intoArray(out, oo + os + LANES);
        x2.intoArray(out, oo + 2 * os);
        y2.intoArray(out, oo + 2 * os + LANES);
        x3.intoArray(out, oo + 3 * os);
        y3.intoArray(out, oo + 3 * os + LANES);
        x4.intoArray(out, oo + 4 * os);
        y4.intoArray(out, oo + 4 * os + LANES);
        x5.intoArray(out, oo + 5 * os);
        y5.intoArray(out, oo + 5 * os + LANES);
        x6.intoArray(out, oo + 6 * os);
        y6.intoArray(out, oo + 6 * os + LANES);
        x7.intoArray(out, oo + 7 * os);
        y7.intoArray(out, oo + 7 * os + LANES);
        x8.intoArray(out, oo + 8 * os);
        y8.intoArray(out, oo + 8 * os + LANES);
        x9.intoArray(out, oo + 9 * os);
        y9.intoArray(out, oo + 9 * os + LANES);
        x10.intoArray(out, oo + 10 * os);
        y10.intoArray(out, oo + 10 * os + LANES);
        x11.intoArray(out, oo + 11 * os);
        y11.intoArray(out, oo + 11 * os + LANES);
        x12.intoArray(out, oo + 12 * os);
        y12.intoArray(out, oo + 12 * os + LANES);
        x13.intoArray(out, oo + 13 * os);
        y13.intoArray(out, oo + 13 * os + LANES);
    }

    private static void tile8(
            int depth, float[] a, int ao, float[] b, int bo, float[] in, int io, int is, float[] out, int oo, int os) {
        FloatVector x0 = FloatVector.fromArray(FLOATS, in, io);
        FloatVector y0 = FloatVector.fromArray(FLOATS, in, io + LANES);
        FloatVector x1 = FloatVector.fromArray(FLOATS, in, io + is);
        FloatVector y1 = FloatVector.fromArray(FLOATS, in, io + is + LANES);
        FloatVector x2 = FloatVector.fromArray(FLOATS, in, io + 2 * is);
        FloatVector y2 = FloatVector.fromArray(FLOATS, in, io + 2 * is + LANES);
        FloatVector x3 = FloatVector.fromArray(FLOATS, in, io + 3 * is);
        FloatVector y3 = FloatVector.fromArray(FLOATS, in, io + 3 * is + LANES);
        FloatVector x4 = FloatVector.fromArray(FLOATS, in, io + 4 * is);
        FloatVector y4 = FloatVector.fromArray(FLOATS, in, io + 4 * is + LANES);
        FloatVector x5 = FloatVector.fromArray(FLOATS, in, io + 5 * is);
        FloatVector y5 = FloatVector.fromArray(FLOATS, in, io + 5 * is + LANES);
        FloatVector x6 = FloatVector.fromArray(FLOATS, in, io + 6 * is);
        FloatVector y6 = FloatVector.fromArray(FLOATS, in, io + 6 * is + LANES);
        FloatVector x7 = FloatVector.fromArray(FLOATS, in, io + 7 * is);
        FloatVector y7 = FloatVector.fromArray(FLOATS, in, io + 7 * is + LANES);
        for (int k = 0; k < depth; k++) {
            int ak = ao + k * TILE_STRIDE;
            FloatVector bx = FloatVector.fromArray(FLOATS, b, bo + k * PANEL);
            FloatVector by = FloatVector.fromArray(FLOATS, b, bo + k * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(FLOATS, a[ak]);
            x0 = a0.fma(bx, x0);
            y0 = a0.fma(by, y0);
            FloatVector a1 = FloatVector.broadcast(FLOATS, a[ak + 1]);
            x1 = a1.fma(bx, x1);
            y1 = a1.fma(by, y1);
            FloatVector a2 = FloatVector.broadcast(FLOATS, a[ak + 2]);
            x2 = a2.fma(bx, x2);
            y2 = a2.fma(by, y2);
            FloatVector a3 = FloatVector.broadcast(FLOATS, a[ak + 3]);
            x3 = a3.fma(bx, x3);
            y3 = a3.fma(by, y3);
            FloatVector a4 = FloatVector.broadcast(FLOATS, a[ak + 4]);
            x4 = a4.fma(bx, x4);
            y4 = a4.fma(by, y4);
            FloatVector a5 = FloatVector.broadcast(FLOATS, a[ak + 5]);
            x5 = a5.fma(bx, x5);
            y5 = a5.fma(by, y5);
            FloatVector a6 = FloatVector.broadcast(FLOATS, a[ak + 6]);
            x6 = a6.fma(bx, x6);
            y6 = a6.fma(by, y6);
            FloatVector a7 = FloatVector.broadcast(FLOATS, a[ak + 7]);
            x7 = a7.fma(bx, x7);
            y7 = a7.fma(by, y7);
        }
        x0.intoArray(out, oo);
        y0.intoArray(out, oo + LANES);
        x1.intoArray(out, oo + os);
        y1.intoArray(out, oo + os + LANES);
        x2.intoArray(out, oo + 2 * os);
        y2.intoArray(out, oo + 2 * os + LANES);
        x3.intoArray(out, oo + 3 * os);
        y3.intoArray(out, oo + 3 * os + LANES);
        x4.intoArray(out, oo + 4 * os);
        y4.intoArray(out, oo + 4 * os + LANES);
        x5.intoArray(out, oo + 5 * os);
        y5.intoArray(out, oo + 5 * os + LANES);
        x6.intoArray(out, oo + 6 * os);
        y6.intoArray(out, oo + 6 * os + LANES);
        x7.intoArray(out, oo + 7 * os);
        y7.intoArray(out, oo + 7 * os + LANES);
    }

    private static void tile6(
            int depth, float[] a, int ao, float[] b, int bo, float[] in, int io, int is, float[] out, int oo, int os) {
        FloatVector x0 = FloatVector.fromArray(FLOATS, in, io);
        FloatVector y0 = FloatVector.fromArray(FLOATS, in, io + LANES);
        FloatVector x1 = FloatVector.fromArray(FLOATS, in, io + is);
        FloatVector y1 = FloatVector.fromArray(FLOATS, in, io + is + LANES);
        FloatVector x2 = FloatVector.fromArray(FLOATS, in, io + 2 * is);
        FloatVector y2 = FloatVector.fromArray(FLOATS, in, io + 2 * is + LANES);
        FloatVector x3 = FloatVector.fromArray(FLOATS, in, io + 3 * is);
        FloatVector y3 = FloatVector.fromArray(FLOATS, in, io + 3 * is + LANES);
        FloatVector x4 = FloatVector.fromArray(FLOATS, in, io + 4 * is);
        FloatVector y4 = FloatVector.fromArray(FLOATS, in, io + 4 * is + LANES);
        FloatVector x5 = FloatVector.fromArray(FLOATS, in, io + 5 * is);
        FloatVector y5 = FloatVector.fromArray(FLOATS, in, io + 5 * is + LANES);
        for (int k = 0; k < depth; k++) {
            int ak = ao + k * TILE_STRIDE;
            FloatVector bx = FloatVector.fromArray(FLOATS, b, bo + k * PANEL);
            FloatVector by = FloatVector.fromArray(FLOATS, b, bo + k * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(FLOATS, a[ak]);
            x0 = a0.fma(bx, x0);
            y0 = a0.fma(by, y0);
            FloatVector a1 = FloatVector.broadcast(FLOATS, a[ak + 1]);
            x1 = a1.fma(bx, x1);
            y1 = a1.fma(by, y1);
            if (ak == NEVER) {
                break;
            }
            FloatVector a2 = FloatVector.broadcast(FLOATS, a[ak + 2]);
            x2 = a2.fma(bx, x2);
            y2 = a2.fma(by, y2);
            FloatVector a3 = FloatVector.broadcast(FLOATS, a[ak + 3]);
            x3 = a3.fma(bx, x3);
            y3 = a3.fma(by, y3);
            if (ak == NEVER + 1) {
                break;
            }
            FloatVector a4 = FloatVector.broadcast(FLOATS, a[ak + 4]);
            x4 = a4.fma(bx, x4);
            y4 = a4.fma(by, y4);
            FloatVector a5 = FloatVector.broadcast(FLOATS, a[ak + 5]);
            x5 = a5.fma(bx, x5);
            y5 = a5.fma(by, y5);
        }
        x0.intoArray(out, oo);
        y0.intoArray(out, oo + LANES);
        x1.intoArray(out, oo + os);
        y1.intoArray(out, oo + os + LANES);
        x2.intoArray(out, oo + 2 * os);
        y2.intoArray(out, oo + 2 * os + LANES);
        x3.intoArray(out, oo + 3 * os);
        y3.intoArray(out, oo + 3 * os + LANES);
        x4.intoArray(out, oo + 4 * os);
        y4.intoArray(out, oo + 4 * os + LANES);
        x5.intoArray(out, oo + 5 * os);
        y5.intoArray(out, oo + 5 * os + LANES);
    }

    private static void tile4(
            int depth, float[] a, int ao, float[] b, int bo, float[] in, int io, int is, float[] out, int oo, int os) {
        FloatVector x0 = FloatVector.fromArray(FLOATS, in, io);
        FloatVector y0 = FloatVector.fromArray(FLOATS, in, io + LANES);
        FloatVector x1 = FloatVector.fromArray(FLOATS, in, io + is);
        FloatVector y1 = FloatVector.fromArray(FLOATS, in, io + is + LANES);
        FloatVector x2 = FloatVector.fromArray(FLOATS, in, io + 2 * is);
        FloatVector y2 = FloatVector.fromArray(FLOATS, in, io + 2 * is + LANES);
        FloatVector x3 = FloatVector.fromArray(FLOATS, in, io + 3 * is);
        FloatVector y3 = FloatVector.fromArray(FLOATS, in, io + 3 * is + LANES);
        for (int k = 0; k < depth; k++) {
            int ak = ao + k * TILE_STRIDE;
            FloatVector bx = FloatVector.fromArray(FLOATS, b, bo + k * PANEL);
            FloatVector by = FloatVector.fromArray(FLOATS, b, bo + k * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(FLOATS, a[ak]);
            x0 = a0.fma(bx, x0);
            y0 = a0.fma(by, y0);
            FloatVector a1 = FloatVector.broadcast(FLOATS, a[ak + 1]);
            x1 = a1.fma(bx, x1);
            y1 = a1.fma(by, y1);
            FloatVector a2 = FloatVector.broadcast(FLOATS, a[ak + 2]);
            x2 = a2.fma(bx, x2);
            y2 = a2.fma(by, y2);
            FloatVector a3 = FloatVector.broadcast(FLOATS, a[ak + 3]);
            x3 = a3.fma(bx, x3);
            y3 = a3.fma(by, y3);
        }
        x0.intoArray(out, oo);
        y0.intoArray(out, oo + LANES);
        x1.intoArray(out, oo + os);
        y1.intoArray(out, oo + os + LANES);
        x2.intoArray(out, oo + 2 * os);
        y2.intoArray(out, oo + 2 * os + LANES);
        x3.intoArray(out, oo + 3 * os);
        y3.intoArray(out, oo + 3 * os + LANES);
    }

    private static void tile2(
            int depth, float[] a, int ao, float[] b, int bo, float[] in, int io, int is, float[] out, int oo, int os) {
        FloatVector x0 = FloatVector.fromArray(FLOATS, in, io);
        FloatVector y0 = FloatVector.fromArray(FLOATS, in, io + LANES);
        FloatVector x1 = FloatVector.fromArray(FLOATS, in, io + is);
        FloatVector y1 = FloatVector.fromArray(FLOATS, in, io + is + LANES);
        for (int k = 0; k < depth; k++) {
            int ak = ao + k * TILE_STRIDE;
            FloatVector bx = FloatVector.fromArray(FLOATS, b, bo + k * PANEL);
            FloatVector by = FloatVector.fromArray(FLOATS, b, bo + k * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(FLOATS, a[ak]);
            x0 = a0.fma(bx, x0);
            y0 = a0.fma(by, y0);
            FloatVector a1 = FloatVector.broadcast(FLOATS, a[ak + 1]);
            x1 = a1.fma(bx, x1);
            y1 = a1.fma(by, y1);
        }
        x0.intoArray(out, oo);
        y0.intoArray(out, oo + LANES);
        x1.intoArray(out, oo + os);
        y1.intoArray(out, oo + os + LANES);
    }

    private static void tile1(
            int depth, float[] a, int ao, float[] b, int bo, float[] in, int io, int is, float[] out, int oo, int os) {
        FloatVector x0 = FloatVector.fromArray(FLOATS, in, io);
        FloatVector y0 = FloatVector.fromArray(FLOATS, in, io + LANES);
        for (int k = 0; k < depth; k++) {
            int ak = ao + k * TILE_STRIDE;
            FloatVector bx = FloatVector.fromArray(FLOATS, b, bo + k * PANEL);
            FloatVector by = FloatVector.fromArray(FLOATS, b, bo + k * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(FLOATS, a[ak]);
            x0 = a0.fma(bx, x0);
            y0 = a0.fma(by, y0);
        }
        x0.intoArray(out, oo);
        y0.intoArray(out, oo + LANES);
    }

    /**
     * The weight gradient of one tile: each segment's sums start at zero and are added to its neighbours' by the summation tree.
     *
     * @param rows number of rows, at most {@code TILE_ROWS}
     * @param samples number of samples, in segments of {@code segment}
     * @param a local errors {@code [samples x TILE_STRIDE]}, from {@code ao}
     * @param b inputs {@code [samples x PANEL]}, from {@code bo}
     * @param sums receives the sum {@code [rows x PANEL]} from {@code so}; behind it is the stack of the sums of complete subtrees
     */
    static void segments(
            int rows, int samples, int segment, float[] a, int ao, float[] b, int bo, float[] sums, int so) {
        int complete = 0;
        int number = 0;
        for (int from = 0; from < samples; from += segment) {
            int end = Math.min(samples, from + segment);
            int merges = end == samples ? complete : Integer.numberOfTrailingZeros(~number);
            int at = ao + from * TILE_STRIDE;
            int bt = bo + from * PANEL;
            int top = so + complete * TILE_ROWS * PANEL;
            if (rows < TILE_ROWS) {
                multiply(rows, end - from, a, at, b, bt, ZEROS, 0, 0, sums, top, PANEL);
                addDown(rows, sums, top, merges);
            } else if (merges == 0) {
                segment(end - from, a, at, b, bt, sums, top);
            } else {
                segmentPlus(end - from, a, at, b, bt, sums, top - TILE_ROWS * PANEL);
                addDown(rows, sums, top - TILE_ROWS * PANEL, merges - 1);
            }
            complete += 1 - merges;
            number++;
        }
    }

    /** Adds a sum to {@code merges} sums before it, one by one. */
    private static void addDown(int rows, float[] sums, int top, int merges) {
        for (int right = top; right > top - merges * TILE_ROWS * PANEL; right -= TILE_ROWS * PANEL) {
            int left = right - TILE_ROWS * PANEL;
            add(sums, left, sums, right, rows * PANEL);
        }
    }

    /** One segment of a full tile, from zero. */
    private static void segment(int depth, float[] a, int ao, float[] b, int bo, float[] out, int oo) {
        if (TILE_ROWS == 14) {
            segment14(depth, a, ao, b, bo, out, oo);
        } else {
            segment6(depth, a, ao, b, bo, out, oo);
        }
    }

    /** One segment of a full tile, from zero, added to the sums at {@code at} on its way out of the registers. */
    private static void segmentPlus(int depth, float[] a, int ao, float[] b, int bo, float[] sums, int at) {
        if (TILE_ROWS == 14) {
            segment14Plus(depth, a, ao, b, bo, sums, at);
        } else {
            segment6Plus(depth, a, ao, b, bo, sums, at);
        }
    }

    private static void segment14(int depth, float[] a, int ao, float[] b, int bo, float[] out, int oo) {
        FloatVector x0 = FloatVector.zero(FLOATS);
        FloatVector y0 = FloatVector.zero(FLOATS);
        FloatVector x1 = FloatVector.zero(FLOATS);
        FloatVector y1 = FloatVector.zero(FLOATS);
        FloatVector x2 = FloatVector.zero(FLOATS);
        FloatVector y2 = FloatVector.zero(FLOATS);
        FloatVector x3 = FloatVector.zero(FLOATS);
        FloatVector y3 = FloatVector.zero(FLOATS);
        FloatVector x4 = FloatVector.zero(FLOATS);
        FloatVector y4 = FloatVector.zero(FLOATS);
        FloatVector x5 = FloatVector.zero(FLOATS);
        FloatVector y5 = FloatVector.zero(FLOATS);
        FloatVector x6 = FloatVector.zero(FLOATS);
        FloatVector y6 = FloatVector.zero(FLOATS);
        FloatVector x7 = FloatVector.zero(FLOATS);
        FloatVector y7 = FloatVector.zero(FLOATS);
        FloatVector x8 = FloatVector.zero(FLOATS);
        FloatVector y8 = FloatVector.zero(FLOATS);
        FloatVector x9 = FloatVector.zero(FLOATS);
        FloatVector y9 = FloatVector.zero(FLOATS);
        FloatVector x10 = FloatVector.zero(FLOATS);
        FloatVector y10 = FloatVector.zero(FLOATS);
        FloatVector x11 = FloatVector.zero(FLOATS);
        FloatVector y11 = FloatVector.zero(FLOATS);
        FloatVector x12 = FloatVector.zero(FLOATS);
        FloatVector y12 = FloatVector.zero(FLOATS);
        FloatVector x13 = FloatVector.zero(FLOATS);
        FloatVector y13 = FloatVector.zero(FLOATS);
        for (int k = 0; k < depth; k++) {
            int ak = ao + k * TILE_STRIDE;
            FloatVector bx = FloatVector.fromArray(FLOATS, b, bo + k * PANEL);
            FloatVector by = FloatVector.fromArray(FLOATS, b, bo + k * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(FLOATS, a[ak]);
            x0 = a0.fma(bx, x0);
            y0 = a0.fma(by, y0);
            FloatVector a1 = FloatVector.broadcast(FLOATS, a[ak + 1]);
            x1 = a1.fma(bx, x1);
            y1 = a1.fma(by, y1);
            FloatVector a2 = FloatVector.broadcast(FLOATS, a[ak + 2]);
            x2 = a2.fma(bx, x2);
            y2 = a2.fma(by, y2);
            FloatVector a3 = FloatVector.broadcast(FLOATS, a[ak + 3]);
            x3 = a3.fma(bx, x3);
            y3 = a3.fma(by, y3);
            FloatVector a4 = FloatVector.broadcast(FLOATS, a[ak + 4]);
            x4 = a4.fma(bx, x4);
            y4 = a4.fma(by, y4);
            FloatVector a5 = FloatVector.broadcast(FLOATS, a[ak + 5]);
            x5 = a5.fma(bx, x5);
            y5 = a5.fma(by, y5);
            FloatVector a6 = FloatVector.broadcast(FLOATS, a[ak + 6]);
            x6 = a6.fma(bx, x6);
            y6 = a6.fma(by, y6);
            FloatVector a7 = FloatVector.broadcast(FLOATS, a[ak + 7]);
            x7 = a7.fma(bx, x7);
            y7 = a7.fma(by, y7);
            FloatVector a8 = FloatVector.broadcast(FLOATS, a[ak + 8]);
            x8 = a8.fma(bx, x8);
            y8 = a8.fma(by, y8);
            FloatVector a9 = FloatVector.broadcast(FLOATS, a[ak + 9]);
            x9 = a9.fma(bx, x9);
            y9 = a9.fma(by, y9);
            FloatVector a10 = FloatVector.broadcast(FLOATS, a[ak + 10]);
            x10 = a10.fma(bx, x10);
            y10 = a10.fma(by, y10);
            FloatVector a11 = FloatVector.broadcast(FLOATS, a[ak + 11]);
            x11 = a11.fma(bx, x11);
            y11 = a11.fma(by, y11);
            FloatVector a12 = FloatVector.broadcast(FLOATS, a[ak + 12]);
            x12 = a12.fma(bx, x12);
            y12 = a12.fma(by, y12);
            FloatVector a13 = FloatVector.broadcast(FLOATS, a[ak + 13]);
            x13 = a13.fma(bx, x13);
            y13 = a13.fma(by, y13);
        }
        x0.intoArray(out, oo);
        y0.intoArray(out, oo + LANES);
        x1.intoArray(out, oo + PANEL);
        y1.intoArray(out, oo + PANEL + LANES);
        x2.intoArray(out, oo + 2 * PANEL);
        y2.intoArray(out, oo + 2 * PANEL + LANES);
        x3.intoArray(out, oo + 3 * PANEL);
        y3.intoArray(out, oo + 3 * PANEL + LANES);
        x4.intoArray(out, oo + 4 * PANEL);
        y4.intoArray(out, oo + 4 * PANEL + LANES);
        x5.intoArray(out, oo + 5 * PANEL);
        y5.intoArray(out, oo + 5 * PANEL + LANES);
        x6.intoArray(out, oo + 6 * PANEL);
        y6.intoArray(out, oo + 6 * PANEL + LANES);
        x7.intoArray(out, oo + 7 * PANEL);
        y7.intoArray(out, oo + 7 * PANEL + LANES);
        x8.intoArray(out, oo + 8 * PANEL);
        y8.intoArray(out, oo + 8 * PANEL + LANES);
        x9.intoArray(out, oo + 9 * PANEL);
        y9.intoArray(out, oo + 9 * PANEL + LANES);
        x10.intoArray(out, oo + 10 * PANEL);
        y10.intoArray(out, oo + 10 * PANEL + LANES);
        x11.intoArray(out, oo + 11 * PANEL);
        y11.intoArray(out, oo + 11 * PANEL + LANES);
        x12.intoArray(out, oo + 12 * PANEL);
        y12.intoArray(out, oo + 12 * PANEL + LANES);
        x13.intoArray(out, oo + 13 * PANEL);
        y13.intoArray(out, oo + 13 * PANEL + LANES);
    }

    private static void segment14Plus(int depth, float[] a, int ao, float[] b, int bo, float[] sums, int at) {
        FloatVector x0 = FloatVector.zero(FLOATS);
        FloatVector y0 = FloatVector.zero(FLOATS);
        FloatVector x1 = FloatVector.zero(FLOATS);
        FloatVector y1 = FloatVector.zero(FLOATS);
        FloatVector x2 = FloatVector.zero(FLOATS);
        FloatVector y2 = FloatVector.zero(FLOATS);
        FloatVector x3 = FloatVector.zero(FLOATS);
        FloatVector y3 = FloatVector.zero(FLOATS);
        FloatVector x4 = FloatVector.zero(FLOATS);
        FloatVector y4 = FloatVector.zero(FLOATS);
        FloatVector x5 = FloatVector.zero(FLOATS);
        FloatVector y5 = FloatVector.zero(FLOATS);
        FloatVector x6 = FloatVector.zero(FLOATS);
        FloatVector y6 = FloatVector.zero(FLOATS);
        FloatVector x7 = FloatVector.zero(FLOATS);
        FloatVector y7 = FloatVector.zero(FLOATS);
        FloatVector x8 = FloatVector.zero(FLOATS);
        FloatVector y8 = FloatVector.zero(FLOATS);
        FloatVector x9 = FloatVector.zero(FLOATS);
        FloatVector y9 = FloatVector.zero(FLOATS);
        FloatVector x10 = FloatVector.zero(FLOATS);
        FloatVector y10 = FloatVector.zero(FLOATS);
        FloatVector x11 = FloatVector.zero(FLOATS);
        FloatVector y11 = FloatVector.zero(FLOATS);
        FloatVector x12 = FloatVector.zero(FLOATS);
        FloatVector y12 = FloatVector.zero(FLOATS);
        FloatVector x13 = FloatVector.zero(FLOATS);
        FloatVector y13 = FloatVector.zero(FLOATS);
        for (int k = 0; k < depth; k++) {
            int ak = ao + k * TILE_STRIDE;
            FloatVector bx = FloatVector.fromArray(FLOATS, b, bo + k * PANEL);
            FloatVector by = FloatVector.fromArray(FLOATS, b, bo + k * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(FLOATS, a[ak]);
            x0 = a0.fma(bx, x0);
            y0 = a0.fma(by, y0);
            FloatVector a1 = FloatVector.broadcast(FLOATS, a[ak + 1]);
            x1 = a1.fma(bx, x1);
            y1 = a1.fma(by, y1);
            FloatVector a2 = FloatVector.broadcast(FLOATS, a[ak + 2]);
            x2 = a2.fma(bx, x2);
            y2 = a2.fma(by, y2);
            FloatVector a3 = FloatVector.broadcast(FLOATS, a[ak + 3]);
            x3 = a3.fma(bx, x3);
            y3 = a3.fma(by, y3);
            FloatVector a4 = FloatVector.broadcast(FLOATS, a[ak + 4]);
            x4 = a4.fma(bx, x4);
            y4 = a4.fma(by, y4);
            FloatVector a5 = FloatVector.broadcast(FLOATS, a[ak + 5]);
            x5 = a5.fma(bx, x5);
            y5 = a5.fma(by, y5);
            FloatVector a6 = FloatVector.broadcast(FLOATS, a[ak + 6]);
            x6 = a6.fma(bx, x6);
            y6 = a6.fma(by, y6);
            FloatVector a7 = FloatVector.broadcast(FLOATS, a[ak + 7]);
            x7 = a7.fma(bx, x7);
            y7 = a7.fma(by, y7);
            FloatVector a8 = FloatVector.broadcast(FLOATS, a[ak + 8]);
            x8 = a8.fma(bx, x8);
            y8 = a8.fma(by, y8);
            FloatVector a9 = FloatVector.broadcast(FLOATS, a[ak + 9]);
            x9 = a9.fma(bx, x9);
            y9 = a9.fma(by, y9);
            FloatVector a10 = FloatVector.broadcast(FLOATS, a[ak + 10]);
            x10 = a10.fma(bx, x10);
            y10 = a10.fma(by, y10);
            FloatVector a11 = FloatVector.broadcast(FLOATS, a[ak + 11]);
            x11 = a11.fma(bx, x11);
            y11 = a11.fma(by, y11);
            FloatVector a12 = FloatVector.broadcast(FLOATS, a[ak + 12]);
            x12 = a12.fma(bx, x12);
            y12 = a12.fma(by, y12);
            FloatVector a13 = FloatVector.broadcast(FLOATS, a[ak + 13]);
            x13 = a13.fma(bx, x13);
            y13 = a13.fma(by, y13);
        }
        FloatVector.fromArray(FLOATS, sums, at).add(x0).intoArray(sums, at);
        FloatVector.fromArray(FLOATS, sums, at + LANES).add(y0).intoArray(sums, at + LANES);
        FloatVector.fromArray(FLOATS, sums, at + PANEL).add(x1).intoArray(sums, at + PANEL);
        FloatVector.fromArray(FLOATS, sums, at + PANEL + LANES).add(y1).intoArray(sums, at + PANEL + LANES);
        FloatVector.fromArray(FLOATS, sums, at + 2 * PANEL).add(x2).intoArray(sums, at + 2 * PANEL);
        FloatVector.fromArray(FLOATS, sums, at + 2 * PANEL + LANES).add(y2).intoArray(sums, at + 2 * PANEL + LANES);
        FloatVector.fromArray(FLOATS, sums, at + 3 * PANEL).add(x3).intoArray(sums, at + 3 * PANEL);
        FloatVector.fromArray(FLOATS, sums, at + 3 * PANEL + LANES).add(y3).intoArray(sums, at + 3 * PANEL + LANES);
        FloatVector.fromArray(FLOATS, sums, at + 4 * PANEL).add(x4).intoArray(sums, at + 4 * PANEL);
        FloatVector.fromArray(FLOATS, sums, at + 4 * PANEL + LANES).add(y4).intoArray(sums, at + 4 * PANEL + LANES);
        FloatVector.fromArray(FLOATS, sums, at + 5 * PANEL).add(x5).intoArray(sums, at + 5 * PANEL);
        FloatVector.fromArray(FLOATS, sums, at + 5 * PANEL + LANES).add(y5).intoArray(sums, at + 5 * PANEL + LANES);
        FloatVector.fromArray(FLOATS, sums, at + 6 * PANEL).add(x6).intoArray(sums, at + 6 * PANEL);
        FloatVector.fromArray(FLOATS, sums, at + 6 * PANEL + LANES).add(y6).intoArray(sums, at + 6 * PANEL + LANES);
        FloatVector.fromArray(FLOATS, sums, at + 7 * PANEL).add(x7).intoArray(sums, at + 7 * PANEL);
        FloatVector.fromArray(FLOATS, sums, at + 7 * PANEL + LANES).add(y7).intoArray(sums, at + 7 * PANEL + LANES);
        FloatVector.fromArray(FLOATS, sums, at + 8 * PANEL).add(x8).intoArray(sums, at + 8 * PANEL);
        FloatVector.fromArray(FLOATS, sums, at + 8 * PANEL + LANES).add(y8).intoArray(sums, at + 8 * PANEL + LANES);
        FloatVector.fromArray(FLOATS, sums, at + 9 * PANEL).add(x9).intoArray(sums, at + 9 * PANEL);
        FloatVector.fromArray(FLOATS, sums, at + 9 * PANEL + LANES).add(y9).intoArray(sums, at + 9 * PANEL + LANES);
        FloatVector.fromArray(FLOATS, sums, at + 10 * PANEL).add(x10).intoArray(sums, at + 10 * PANEL);
        FloatVector.fromArray(FLOATS, sums, at + 10 * PANEL + LANES).add(y10).intoArray(sums, at + 10 * PANEL + LANES);
        FloatVector.fromArray(FLOATS, sums, at + 11 * PANEL).add(x11).intoArray(sums, at + 11 * PANEL);
        FloatVector.fromArray(FLOATS, sums, at + 11 * PANEL + LANES).add(y11).intoArray(sums, at + 11 * PANEL + LANES);
        FloatVector.fromArray(FLOATS, sums, at + 12 * PANEL).add(x12).intoArray(sums, at + 12 * PANEL);
        FloatVector.fromArray(FLOATS, sums, at + 12 * PANEL + LANES).add(y12).intoArray(sums, at + 12 * PANEL + LANES);
        FloatVector.fromArray(FLOATS, sums, at + 13 * PANEL).add(x13).intoArray(sums, at + 13 * PANEL);
        FloatVector.fromArray(FLOATS, sums, at + 13 * PANEL + LANES).add(y13).intoArray(sums, at + 13 * PANEL + LANES);
    }

    private static void segment6(int depth, float[] a, int ao, float[] b, int bo, float[] out, int oo) {
        FloatVector x0 = FloatVector.zero(FLOATS);
        FloatVector y0 = FloatVector.zero(FLOATS);
        FloatVector x1 = FloatVector.zero(FLOATS);
        FloatVector y1 = FloatVector.zero(FLOATS);
        FloatVector x2 = FloatVector.zero(FLOATS);
        FloatVector y2 = FloatVector.zero(FLOATS);
        FloatVector x3 = FloatVector.zero(FLOATS);
        FloatVector y3 = FloatVector.zero(FLOATS);
        FloatVector x4 = FloatVector.zero(FLOATS);
        FloatVector y4 = FloatVector.zero(FLOATS);
        FloatVector x5 = FloatVector.zero(FLOATS);
        FloatVector y5 = FloatVector.zero(FLOATS);
        for (int k = 0; k < depth; k++) {
            int ak = ao + k * TILE_STRIDE;
            FloatVector bx = FloatVector.fromArray(FLOATS, b, bo + k * PANEL);
            FloatVector by = FloatVector.fromArray(FLOATS, b, bo + k * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(FLOATS, a[ak]);
            x0 = a0.fma(bx, x0);
            y0 = a0.fma(by, y0);
            FloatVector a1 = FloatVector.broadcast(FLOATS, a[ak + 1]);
            x1 = a1.fma(bx, x1);
            y1 = a1.fma(by, y1);
            if (ak == NEVER) {
                break;
            }
            FloatVector a2 = FloatVector.broadcast(FLOATS, a[ak + 2]);
            x2 = a2.fma(bx, x2);
            y2 = a2.fma(by, y2);
            FloatVector a3 = FloatVector.broadcast(FLOATS, a[ak + 3]);
            x3 = a3.fma(bx, x3);
            y3 = a3.fma(by, y3);
            if (ak == NEVER + 1) {
                break;
            }
            FloatVector a4 = FloatVector.broadcast(FLOATS, a[ak + 4]);
            x4 = a4.fma(bx, x4);
            y4 = a4.fma(by, y4);
            FloatVector a5 = FloatVector.broadcast(FLOATS, a[ak + 5]);
            x5 = a5.fma(bx, x5);
            y5 = a5.fma(by, y5);
        }
        x0.intoArray(out, oo);
        y0.intoArray(out, oo + LANES);
        x1.intoArray(out, oo + PANEL);
        y1.intoArray(out, oo + PANEL + LANES);
        x2.intoArray(out, oo + 2 * PANEL);
        y2.intoArray(out, oo + 2 * PANEL + LANES);
        x3.intoArray(out, oo + 3 * PANEL);
        y3.intoArray(out, oo + 3 * PANEL + LANES);
        x4.intoArray(out, oo + 4 * PANEL);
        y4.intoArray(out, oo + 4 * PANEL + LANES);
        x5.intoArray(out, oo + 5 * PANEL);
        y5.intoArray(out, oo + 5 * PANEL + LANES);
    }

    private static void segment6Plus(int depth, float[] a, int ao, float[] b, int bo, float[] sums, int at) {
        FloatVector x0 = FloatVector.zero(FLOATS);
        FloatVector y0 = FloatVector.zero(FLOATS);
        FloatVector x1 = FloatVector.zero(FLOATS);
        FloatVector y1 = FloatVector.zero(FLOATS);
        FloatVector x2 = FloatVector.zero(FLOATS);
        FloatVector y2 = FloatVector.zero(FLOATS);
        FloatVector x3 = FloatVector.zero(FLOATS);
        FloatVector y3 = FloatVector.zero(FLOATS);
        FloatVector x4 = FloatVector.zero(FLOATS);
        FloatVector y4 = FloatVector.zero(FLOATS);
        FloatVector x5 = FloatVector.zero(FLOATS);
        FloatVector y5 = FloatVector.zero(FLOATS);
        for (int k = 0; k < depth; k++) {
            int ak = ao + k * TILE_STRIDE;
            FloatVector bx = FloatVector.fromArray(FLOATS, b, bo + k * PANEL);
            FloatVector by = FloatVector.fromArray(FLOATS, b, bo + k * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(FLOATS, a[ak]);
            x0 = a0.fma(bx, x0);
            y0 = a0.fma(by, y0);
            FloatVector a1 = FloatVector.broadcast(FLOATS, a[ak + 1]);
            x1 = a1.fma(bx, x1);
            y1 = a1.fma(by, y1);
            if (ak == NEVER) {
                break;
            }
            FloatVector a2 = FloatVector.broadcast(FLOATS, a[ak + 2]);
            x2 = a2.fma(bx, x2);
            y2 = a2.fma(by, y2);
            FloatVector a3 = FloatVector.broadcast(FLOATS, a[ak + 3]);
            x3 = a3.fma(bx, x3);
            y3 = a3.fma(by, y3);
            if (ak == NEVER + 1) {
                break;
            }
            FloatVector a4 = FloatVector.broadcast(FLOATS, a[ak + 4]);
            x4 = a4.fma(bx, x4);
            y4 = a4.fma(by, y4);
            FloatVector a5 = FloatVector.broadcast(FLOATS, a[ak + 5]);
            x5 = a5.fma(bx, x5);
            y5 = a5.fma(by, y5);
        }
        FloatVector.fromArray(FLOATS, sums, at).add(x0).intoArray(sums, at);
        FloatVector.fromArray(FLOATS, sums, at + LANES).add(y0).intoArray(sums, at + LANES);
        FloatVector.fromArray(FLOATS, sums, at + PANEL).add(x1).intoArray(sums, at + PANEL);
        FloatVector.fromArray(FLOATS, sums, at + PANEL + LANES).add(y1).intoArray(sums, at + PANEL + LANES);
        FloatVector.fromArray(FLOATS, sums, at + 2 * PANEL).add(x2).intoArray(sums, at + 2 * PANEL);
        FloatVector.fromArray(FLOATS, sums, at + 2 * PANEL + LANES).add(y2).intoArray(sums, at + 2 * PANEL + LANES);
        FloatVector.fromArray(FLOATS, sums, at + 3 * PANEL).add(x3).intoArray(sums, at + 3 * PANEL);
        FloatVector.fromArray(FLOATS, sums, at + 3 * PANEL + LANES).add(y3).intoArray(sums, at + 3 * PANEL + LANES);
        FloatVector.fromArray(FLOATS, sums, at + 4 * PANEL).add(x4).intoArray(sums, at + 4 * PANEL);
        FloatVector.fromArray(FLOATS, sums, at + 4 * PANEL + LANES).add(y4).intoArray(sums, at + 4 * PANEL + LANES);
        FloatVector.fromArray(FLOATS, sums, at + 5 * PANEL).add(x5).intoArray(sums, at + 5 * PANEL);
        FloatVector.fromArray(FLOATS, sums, at + 5 * PANEL + LANES).add(y5).intoArray(sums, at + 5 * PANEL + LANES);
    }

    static void copyRows(float[] from, int fromOffset, float[] to, int toOffset, int stride, int rows) {
        for (int r = 0; r < rows; r++) {
            copyPanelRow(from, fromOffset + r * PANEL, to, toOffset + r * stride);
        }
    }

    /** Does independent fused multiply-adds in registers and returns the number of operations, for {@link KernelBench}. */
    static double fusedMultiplyAdds(long repeats) {
        FloatVector factor = FloatVector.broadcast(FLOATS, 0.999f);
        FloatVector term = FloatVector.broadcast(FLOATS, 0.1f);
        FloatVector s0 = FloatVector.broadcast(FLOATS, 0f);
        FloatVector s1 = FloatVector.broadcast(FLOATS, 1f);
        FloatVector s2 = FloatVector.broadcast(FLOATS, 2f);
        FloatVector s3 = FloatVector.broadcast(FLOATS, 3f);
        FloatVector s4 = FloatVector.broadcast(FLOATS, 4f);
        FloatVector s5 = FloatVector.broadcast(FLOATS, 5f);
        FloatVector s6 = FloatVector.broadcast(FLOATS, 6f);
        FloatVector s7 = FloatVector.broadcast(FLOATS, 7f);
        FloatVector s8 = FloatVector.broadcast(FLOATS, 8f);
        FloatVector s9 = FloatVector.broadcast(FLOATS, 9f);
        FloatVector s10 = FloatVector.broadcast(FLOATS, 10f);
        FloatVector s11 = FloatVector.broadcast(FLOATS, 11f);
        for (long i = 0; i < repeats; i++) {
            s0 = s0.fma(factor, term);
            s1 = s1.fma(factor, term);
            s2 = s2.fma(factor, term);
            s3 = s3.fma(factor, term);
            s4 = s4.fma(factor, term);
            s5 = s5.fma(factor, term);
            s6 = s6.fma(factor, term);
            s7 = s7.fma(factor, term);
            s8 = s8.fma(factor, term);
            s9 = s9.fma(factor, term);
            s10 = s10.fma(factor, term);
            s11 = s11.fma(factor, term);
        }
        FloatVector sum = s0.add(s1)
                .add(s2)
                .add(s3)
                .add(s4)
                .add(s5)
                .add(s6)
                .add(s7)
                .add(s8)
                .add(s9)
                .add(s10)
                .add(s11);
        sum.intoArray(new float[LANES], 0);
        return 2.0 * 12 * LANES * repeats + 0 * sum.lane(0);
    }

    // ---- Sums and moves -------------------------------------------------------------------------------------------

    /** {@code to[i] += from[i]} for {@code count} values. */
    static void add(float[] to, int toOffset, float[] from, int fromOffset, int count) {
        int bound = FLOATS.loopBound(count);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector sum = FloatVector.fromArray(FLOATS, to, toOffset + i)
                    .add(FloatVector.fromArray(FLOATS, from, fromOffset + i));
            sum.intoArray(to, toOffset + i);
        }
        for (int i = bound; i < count; i++) {
            to[toOffset + i] += from[fromOffset + i];
        }
    }

    /** {@code to[r][c] = values[r]} for {@code rows} rows of a panel's width. */
    static void broadcastRows(float[] values, int offset, int rows, float[] to, int toOffset) {
        for (int r = 0; r < rows; r++) {
            FloatVector value = FloatVector.broadcast(FLOATS, values[offset + r]);
            value.intoArray(to, toOffset + r * PANEL);
            value.intoArray(to, toOffset + r * PANEL + LANES);
        }
    }

    /** Copies pieces of {@code TILE_ROWS} neighbouring values (and some behind) to one row each of packed tiles. */
    static void spreadRow(float[] from, int fromOffset, int tiles, float[] to, int toOffset, int tileLength) {
        for (int t = 0; t < tiles; t++) {
            for (int c = 0; c < TILE_STRIDE; c += LANES) {
                FloatVector.fromArray(FLOATS, from, fromOffset + t * TILE_ROWS + c)
                        .intoArray(to, toOffset + t * tileLength + c);
            }
        }
    }

    /** Copies one row of a panel. */
    static void copyPanelRow(float[] from, int fromOffset, float[] to, int toOffset) {
        FloatVector.fromArray(FLOATS, from, fromOffset).intoArray(to, toOffset);
        FloatVector.fromArray(FLOATS, from, fromOffset + LANES).intoArray(to, toOffset + LANES);
    }

    /** Transposes a block of {@code LANES x LANES}: {@code to[c][r] = from[r][c]}. */
    static void transpose(float[] from, int fromOffset, int fromStride, float[] to, int toOffset, int toStride) {
        switch (LANES) {
            case 16 -> transpose16(from, fromOffset, fromStride, to, toOffset, toStride);
            case 8 -> transpose8(from, fromOffset, fromStride, to, toOffset, toStride);
            default -> transpose4(from, fromOffset, fromStride, to, toOffset, toStride);
        }
    }

    private static void transpose16(
            float[] from, int fromOffset, int fromStride, float[] to, int toOffset, int toStride) {
        FloatVector a0 = FloatVector.fromArray(FLOATS, from, fromOffset);
        FloatVector a1 = FloatVector.fromArray(FLOATS, from, fromOffset + fromStride);
        FloatVector a2 = FloatVector.fromArray(FLOATS, from, fromOffset + 2 * fromStride);
        FloatVector a3 = FloatVector.fromArray(FLOATS, from, fromOffset + 3 * fromStride);
        FloatVector a4 = FloatVector.fromArray(FLOATS, from, fromOffset + 4 * fromStride);
        FloatVector a5 = FloatVector.fromArray(FLOATS, from, fromOffset + 5 * fromStride);
        FloatVector a6 = FloatVector.fromArray(FLOATS, from, fromOffset + 6 * fromStride);
        FloatVector a7 = FloatVector.fromArray(FLOATS, from, fromOffset + 7 * fromStride);
        FloatVector a8 = FloatVector.fromArray(FLOATS, from, fromOffset + 8 * fromStride);
        FloatVector a9 = FloatVector.fromArray(FLOATS, from, fromOffset + 9 * fromStride);
        FloatVector a10 = FloatVector.fromArray(FLOATS, from, fromOffset + 10 * fromStride);
        FloatVector a11 = FloatVector.fromArray(FLOATS, from, fromOffset + 11 * fromStride);
        FloatVector a12 = FloatVector.fromArray(FLOATS, from, fromOffset + 12 * fromStride);
        FloatVector a13 = FloatVector.fromArray(FLOATS, from, fromOffset + 13 * fromStride);
        FloatVector a14 = FloatVector.fromArray(FLOATS, from, fromOffset + 14 * fromStride);
        FloatVector a15 = FloatVector.fromArray(FLOATS, from, fromOffset + 15 * fromStride);
        FloatVector b0 = a0.blend(a8.rearrange(SWAP_8), UPPER_8);
        FloatVector b8 = a0.rearrange(SWAP_8).blend(a8, UPPER_8);
        FloatVector b1 = a1.blend(a9.rearrange(SWAP_8), UPPER_8);
        FloatVector b9 = a1.rearrange(SWAP_8).blend(a9, UPPER_8);
        FloatVector b2 = a2.blend(a10.rearrange(SWAP_8), UPPER_8);
        FloatVector b10 = a2.rearrange(SWAP_8).blend(a10, UPPER_8);
        FloatVector b3 = a3.blend(a11.rearrange(SWAP_8), UPPER_8);
        FloatVector b11 = a3.rearrange(SWAP_8).blend(a11, UPPER_8);
        FloatVector b4 = a4.blend(a12.rearrange(SWAP_8), UPPER_8);
        FloatVector b12 = a4.rearrange(SWAP_8).blend(a12, UPPER_8);
        FloatVector b5 = a5.blend(a13.rearrange(SWAP_8), UPPER_8);
        FloatVector b13 = a5.rearrange(SWAP_8).blend(a13, UPPER_8);
        FloatVector b6 = a6.blend(a14.rearrange(SWAP_8), UPPER_8);
        FloatVector b14 = a6.rearrange(SWAP_8).blend(a14, UPPER_8);
        FloatVector b7 = a7.blend(a15.rearrange(SWAP_8), UPPER_8);
        FloatVector b15 = a7.rearrange(SWAP_8).blend(a15, UPPER_8);
        FloatVector c0 = b0.blend(b4.rearrange(SWAP_4), UPPER_4);
        FloatVector c4 = b0.rearrange(SWAP_4).blend(b4, UPPER_4);
        FloatVector c1 = b1.blend(b5.rearrange(SWAP_4), UPPER_4);
        FloatVector c5 = b1.rearrange(SWAP_4).blend(b5, UPPER_4);
        FloatVector c2 = b2.blend(b6.rearrange(SWAP_4), UPPER_4);
        FloatVector c6 = b2.rearrange(SWAP_4).blend(b6, UPPER_4);
        FloatVector c3 = b3.blend(b7.rearrange(SWAP_4), UPPER_4);
        FloatVector c7 = b3.rearrange(SWAP_4).blend(b7, UPPER_4);
        FloatVector c8 = b8.blend(b12.rearrange(SWAP_4), UPPER_4);
        FloatVector c12 = b8.rearrange(SWAP_4).blend(b12, UPPER_4);
        FloatVector c9 = b9.blend(b13.rearrange(SWAP_4), UPPER_4);
        FloatVector c13 = b9.rearrange(SWAP_4).blend(b13, UPPER_4);
        FloatVector c10 = b10.blend(b14.rearrange(SWAP_4), UPPER_4);
        FloatVector c14 = b10.rearrange(SWAP_4).blend(b14, UPPER_4);
        FloatVector c11 = b11.blend(b15.rearrange(SWAP_4), UPPER_4);
        FloatVector c15 = b11.rearrange(SWAP_4).blend(b15, UPPER_4);
        FloatVector d0 = c0.blend(c2.rearrange(SWAP_2), UPPER_2);
        FloatVector d2 = c0.rearrange(SWAP_2).blend(c2, UPPER_2);
        FloatVector d1 = c1.blend(c3.rearrange(SWAP_2), UPPER_2);
        FloatVector d3 = c1.rearrange(SWAP_2).blend(c3, UPPER_2);
        FloatVector d4 = c4.blend(c6.rearrange(SWAP_2), UPPER_2);
        FloatVector d6 = c4.rearrange(SWAP_2).blend(c6, UPPER_2);
        FloatVector d5 = c5.blend(c7.rearrange(SWAP_2), UPPER_2);
        FloatVector d7 = c5.rearrange(SWAP_2).blend(c7, UPPER_2);
        FloatVector d8 = c8.blend(c10.rearrange(SWAP_2), UPPER_2);
        FloatVector d10 = c8.rearrange(SWAP_2).blend(c10, UPPER_2);
        FloatVector d9 = c9.blend(c11.rearrange(SWAP_2), UPPER_2);
        FloatVector d11 = c9.rearrange(SWAP_2).blend(c11, UPPER_2);
        FloatVector d12 = c12.blend(c14.rearrange(SWAP_2), UPPER_2);
        FloatVector d14 = c12.rearrange(SWAP_2).blend(c14, UPPER_2);
        FloatVector d13 = c13.blend(c15.rearrange(SWAP_2), UPPER_2);
        FloatVector d15 = c13.rearrange(SWAP_2).blend(c15, UPPER_2);
        FloatVector e0 = d0.blend(d1.rearrange(SWAP_1), UPPER_1);
        FloatVector e1 = d0.rearrange(SWAP_1).blend(d1, UPPER_1);
        FloatVector e2 = d2.blend(d3.rearrange(SWAP_1), UPPER_1);
        FloatVector e3 = d2.rearrange(SWAP_1).blend(d3, UPPER_1);
        FloatVector e4 = d4.blend(d5.rearrange(SWAP_1), UPPER_1);
        FloatVector e5 = d4.rearrange(SWAP_1).blend(d5, UPPER_1);
        FloatVector e6 = d6.blend(d7.rearrange(SWAP_1), UPPER_1);
        FloatVector e7 = d6.rearrange(SWAP_1).blend(d7, UPPER_1);
        FloatVector e8 = d8.blend(d9.rearrange(SWAP_1), UPPER_1);
        FloatVector e9 = d8.rearrange(SWAP_1).blend(d9, UPPER_1);
        FloatVector e10 = d10.blend(d11.rearrange(SWAP_1), UPPER_1);
        FloatVector e11 = d10.rearrange(SWAP_1).blend(d11, UPPER_1);
        FloatVector e12 = d12.blend(d13.rearrange(SWAP_1), UPPER_1);
        FloatVector e13 = d12.rearrange(SWAP_1).blend(d13, UPPER_1);
        FloatVector e14 = d14.blend(d15.rearrange(SWAP_1), UPPER_1);
        FloatVector e15 = d14.rearrange(SWAP_1).blend(d15, UPPER_1);
        e0.intoArray(to, toOffset);
        e1.intoArray(to, toOffset + toStride);
        e2.intoArray(to, toOffset + 2 * toStride);
        e3.intoArray(to, toOffset + 3 * toStride);
        e4.intoArray(to, toOffset + 4 * toStride);
        e5.intoArray(to, toOffset + 5 * toStride);
        e6.intoArray(to, toOffset + 6 * toStride);
        e7.intoArray(to, toOffset + 7 * toStride);
        e8.intoArray(to, toOffset + 8 * toStride);
        e9.intoArray(to, toOffset + 9 * toStride);
        e10.intoArray(to, toOffset + 10 * toStride);
        e11.intoArray(to, toOffset + 11 * toStride);
        e12.intoArray(to, toOffset + 12 * toStride);
        e13.intoArray(to, toOffset + 13 * toStride);
        e14.intoArray(to, toOffset + 14 * toStride);
        e15.intoArray(to, toOffset + 15 * toStride);
    }

    private static void transpose8(
            float[] from, int fromOffset, int fromStride, float[] to, int toOffset, int toStride) {
        FloatVector a0 = FloatVector.fromArray(FLOATS, from, fromOffset);
        FloatVector a1 = FloatVector.fromArray(FLOATS, from, fromOffset + fromStride);
        FloatVector a2 = FloatVector.fromArray(FLOATS, from, fromOffset + 2 * fromStride);
        FloatVector a3 = FloatVector.fromArray(FLOATS, from, fromOffset + 3 * fromStride);
        FloatVector a4 = FloatVector.fromArray(FLOATS, from, fromOffset + 4 * fromStride);
        FloatVector a5 = FloatVector.fromArray(FLOATS, from, fromOffset + 5 * fromStride);
        FloatVector a6 = FloatVector.fromArray(FLOATS, from, fromOffset + 6 * fromStride);
        FloatVector a7 = FloatVector.fromArray(FLOATS, from, fromOffset + 7 * fromStride);
        FloatVector b0 = a0.blend(a4.rearrange(SWAP_4), UPPER_4);
        FloatVector b4 = a0.rearrange(SWAP_4).blend(a4, UPPER_4);
        FloatVector b1 = a1.blend(a5.rearrange(SWAP_4), UPPER_4);
        FloatVector b5 = a1.rearrange(SWAP_4).blend(a5, UPPER_4);
        FloatVector b2 = a2.blend(a6.rearrange(SWAP_4), UPPER_4);
        FloatVector b6 = a2.rearrange(SWAP_4).blend(a6, UPPER_4);
        FloatVector b3 = a3.blend(a7.rearrange(SWAP_4), UPPER_4);
        FloatVector b7 = a3.rearrange(SWAP_4).blend(a7, UPPER_4);
        FloatVector c0 = b0.blend(b2.rearrange(SWAP_2), UPPER_2);
        FloatVector c2 = b0.rearrange(SWAP_2).blend(b2, UPPER_2);
        FloatVector c1 = b1.blend(b3.rearrange(SWAP_2), UPPER_2);
        FloatVector c3 = b1.rearrange(SWAP_2).blend(b3, UPPER_2);
        FloatVector c4 = b4.blend(b6.rearrange(SWAP_2), UPPER_2);
        FloatVector c6 = b4.rearrange(SWAP_2).blend(b6, UPPER_2);
        FloatVector c5 = b5.blend(b7.rearrange(SWAP_2), UPPER_2);
        FloatVector c7 = b5.rearrange(SWAP_2).blend(b7, UPPER_2);
        FloatVector d0 = c0.blend(c1.rearrange(SWAP_1), UPPER_1);
        FloatVector d1 = c0.rearrange(SWAP_1).blend(c1, UPPER_1);
        FloatVector d2 = c2.blend(c3.rearrange(SWAP_1), UPPER_1);
        FloatVector d3 = c2.rearrange(SWAP_1).blend(c3, UPPER_1);
        FloatVector d4 = c4.blend(c5.rearrange(SWAP_1), UPPER_1);
        FloatVector d5 = c4.rearrange(SWAP_1).blend(c5, UPPER_1);
        FloatVector d6 = c6.blend(c7.rearrange(SWAP_1), UPPER_1);
        FloatVector d7 = c6.rearrange(SWAP_1).blend(c7, UPPER_1);
        d0.intoArray(to, toOffset);
        d1.intoArray(to, toOffset + toStride);
        d2.intoArray(to, toOffset + 2 * toStride);
        d3.intoArray(to, toOffset + 3 * toStride);
        d4.intoArray(to, toOffset + 4 * toStride);
        d5.intoArray(to, toOffset + 5 * toStride);
        d6.intoArray(to, toOffset + 6 * toStride);
        d7.intoArray(to, toOffset + 7 * toStride);
    }

    private static void transpose4(
            float[] from, int fromOffset, int fromStride, float[] to, int toOffset, int toStride) {
        FloatVector a0 = FloatVector.fromArray(FLOATS, from, fromOffset);
        FloatVector a1 = FloatVector.fromArray(FLOATS, from, fromOffset + fromStride);
        FloatVector a2 = FloatVector.fromArray(FLOATS, from, fromOffset + 2 * fromStride);
        FloatVector a3 = FloatVector.fromArray(FLOATS, from, fromOffset + 3 * fromStride);
        FloatVector b0 = a0.blend(a2.rearrange(SWAP_2), UPPER_2);
        FloatVector b2 = a0.rearrange(SWAP_2).blend(a2, UPPER_2);
        FloatVector b1 = a1.blend(a3.rearrange(SWAP_2), UPPER_2);
        FloatVector b3 = a1.rearrange(SWAP_2).blend(a3, UPPER_2);
        FloatVector c0 = b0.blend(b1.rearrange(SWAP_1), UPPER_1);
        FloatVector c1 = b0.rearrange(SWAP_1).blend(b1, UPPER_1);
        FloatVector c2 = b2.blend(b3.rearrange(SWAP_1), UPPER_1);
        FloatVector c3 = b2.rearrange(SWAP_1).blend(b3, UPPER_1);
        c0.intoArray(to, toOffset);
        c1.intoArray(to, toOffset + toStride);
        c2.intoArray(to, toOffset + 2 * toStride);
        c3.intoArray(to, toOffset + 3 * toStride);
    }

    private static VectorShuffle<Float> swap(int distance) {
        return VectorShuffle.fromOp(FLOATS, lane -> (lane ^ distance) & (LANES - 1));
    }

    private static VectorMask<Float> upper(int distance) {
        boolean[] lanes = new boolean[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            lanes[lane] = (lane & distance) != 0;
        }
        return VectorMask.fromArray(FLOATS, lanes, 0);
    }

    /**
     * Sums the rows of neighbouring tiles: {@code to[t][r] = sum over k of tiles[t][k][r]}, in order, beginning with
     * what is there.
     *
     * @param tiles {@code [count][tileLength / TILE_STRIDE][TILE_STRIDE]}
     * @param from first k
     * @param end behind the last k
     * @param to {@code [count x TILE_STRIDE]}, from {@code toOffset}
     */
    static void sumRows(
            float[] tiles, int offset, int tileLength, int count, int from, int end, float[] to, int toOffset) {
        int t = 0;
        for (; t + 4 <= count; t += 4) {
            for (int c = 0; c < TILE_STRIDE; c += LANES) {
                sumFour(tiles, offset + t * tileLength + c, tileLength, from, end, to, toOffset + t * TILE_STRIDE + c);
            }
        }
        for (; t < count; t++) {
            for (int c = 0; c < TILE_STRIDE; c += LANES) {
                FloatVector sum = FloatVector.fromArray(FLOATS, to, toOffset + t * TILE_STRIDE + c);
                for (int k = from; k < end; k++) {
                    sum = sum.add(FloatVector.fromArray(FLOATS, tiles, offset + t * tileLength + k * TILE_STRIDE + c));
                }
                sum.intoArray(to, toOffset + t * TILE_STRIDE + c);
            }
        }
    }

    /** Four tiles at a time, whose chains of additions do not wait for each other. */
    private static void sumFour(float[] tiles, int first, int tileLength, int from, int end, float[] to, int at) {
        FloatVector sum0 = FloatVector.fromArray(FLOATS, to, at);
        FloatVector sum1 = FloatVector.fromArray(FLOATS, to, at + TILE_STRIDE);
        FloatVector sum2 = FloatVector.fromArray(FLOATS, to, at + 2 * TILE_STRIDE);
        FloatVector sum3 = FloatVector.fromArray(FLOATS, to, at + 3 * TILE_STRIDE);
        for (int k = from; k < end; k++) {
            int row = first + k * TILE_STRIDE;
            sum0 = sum0.add(FloatVector.fromArray(FLOATS, tiles, row));
            sum1 = sum1.add(FloatVector.fromArray(FLOATS, tiles, row + tileLength));
            sum2 = sum2.add(FloatVector.fromArray(FLOATS, tiles, row + 2 * tileLength));
            sum3 = sum3.add(FloatVector.fromArray(FLOATS, tiles, row + 3 * tileLength));
        }
        sum0.intoArray(to, at);
        sum1.intoArray(to, at + TILE_STRIDE);
        sum2.intoArray(to, at + 2 * TILE_STRIDE);
        sum3.intoArray(to, at + 3 * TILE_STRIDE);
    }

    /** Adds 0 for each column of a panel of finite values, else NaN. Any order of the sum gives the same, and any row twice. */
    static void addNotFinite(float[] panel, int offset, int rows, float[] to, int toOffset) {
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector x0 = FloatVector.fromArray(FLOATS, to, toOffset);
        FloatVector y0 = FloatVector.fromArray(FLOATS, to, toOffset + LANES);
        FloatVector x1 = zero;
        FloatVector y1 = zero;
        for (int r = 0; r < rows; r += 2) {
            int row = offset + r * PANEL;
            int next = offset + Math.min(r + 1, rows - 1) * PANEL;
            x0 = FloatVector.fromArray(FLOATS, panel, row).fma(zero, x0);
            y0 = FloatVector.fromArray(FLOATS, panel, row + LANES).fma(zero, y0);
            x1 = FloatVector.fromArray(FLOATS, panel, next).fma(zero, x1);
            y1 = FloatVector.fromArray(FLOATS, panel, next + LANES).fma(zero, y1);
        }
        x0.add(x1).intoArray(to, toOffset);
        y0.add(y1).intoArray(to, toOffset + LANES);
    }

    /** Sums the squares of each column of a panel, in the order of the rows. */
    static void sumSquares(float[] panel, int offset, int rows, float[] to, int toOffset) {
        FloatVector x = FloatVector.zero(FLOATS);
        FloatVector y = x;
        for (int r = 0; r < rows; r++) {
            FloatVector left = FloatVector.fromArray(FLOATS, panel, offset + r * PANEL);
            FloatVector right = FloatVector.fromArray(FLOATS, panel, offset + r * PANEL + LANES);
            x = left.fma(left, x);
            y = right.fma(right, y);
        }
        x.intoArray(to, toOffset);
        y.intoArray(to, toOffset + LANES);
    }

    /** Multiplies {@code LANES} values of each row of a packed tile by the row's factor. */
    static void scaleRows(float[] tile, int offset, int rows, float[] factors, int firstFactor) {
        for (int r = 0; r < rows; r++) {
            int row = offset + r * TILE_STRIDE;
            FloatVector.fromArray(FLOATS, tile, row)
                    .mul(factors[firstFactor + r])
                    .intoArray(tile, row);
        }
    }

    // ---- Activations ----------------------------------------------------------------------------------------------

    /** Tells whether the derivative needs the pre-activation, so that {@link #activate} has to compute it. */
    static boolean keepsSlope(Activation activation) {
        return activation == Activation.SOFTPLUS || activation == Activation.GELU_TANH;
    }

    /**
     * Replaces pre-activations by outputs; not for softmax.
     *
     * @param z {@code count} values from {@code offset}, a multiple of the vector length
     * @param slope receives the derivatives at the same places where {@link #keepsSlope} says so
     */
    static void activate(Activation activation, float[] z, int offset, int count, float[] slope) {
        switch (activation) {
            case IDENTITY, SOFTMAX -> {}
            case RELU -> relu(z, offset, count);
            case LEAKY_RELU -> leakyRelu(z, offset, count);
            case TANH -> tanhLoop(z, offset, count);
            case SIGMOID -> sigmoidLoop(z, offset, count);
            case ELU -> eluLoop(z, offset, count);
            case SOFTPLUS -> softplus(z, offset, count, slope);
            case GELU_TANH -> gelu(z, offset, count, slope);
        }
    }

    private static void relu(float[] z, int offset, int count) {
        for (int i = offset; i < offset + count; i += LANES) {
            FloatVector x = FloatVector.fromArray(FLOATS, z, i);
            x.blend(0f, x.compare(VectorOperators.LE, 0f)).intoArray(z, i);
        }
    }

    private static void leakyRelu(float[] z, int offset, int count) {
        for (int i = offset; i < offset + count; i += LANES) {
            FloatVector x = FloatVector.fromArray(FLOATS, z, i);
            x.mul(Activations.LEAK).blend(x, x.compare(VectorOperators.GT, 0f)).intoArray(z, i);
        }
    }

    private static void tanhLoop(float[] z, int offset, int count) {
        for (int i = offset; i < offset + count; i += LANES) {
            tanh(FloatVector.fromArray(FLOATS, z, i)).intoArray(z, i);
        }
    }

    private static void sigmoidLoop(float[] z, int offset, int count) {
        for (int i = offset; i < offset + count; i += LANES) {
            sigmoid(FloatVector.fromArray(FLOATS, z, i)).intoArray(z, i);
        }
    }

    private static void eluLoop(float[] z, int offset, int count) {
        for (int i = offset; i < offset + count; i += LANES) {
            FloatVector x = FloatVector.fromArray(FLOATS, z, i);
            expm1OfNegative(x).blend(x, x.compare(VectorOperators.GT, 0f)).intoArray(z, i);
        }
    }

    /**
     * Several short loops: C2 does not inline all of one long one, and its vectors would go to the heap. For the same reason the start
     * script keeps C2 from inlining the methods whose names end in {@code Loop} into one.
     */
    private static void softplus(float[] z, int offset, int count, float[] slope) {
        System.arraycopy(z, offset, slope, offset, count);
        sigmoidLoop(slope, offset, count);
        softplusLoop(z, offset, count);
    }

    private static void softplusLoop(float[] z, int offset, int count) {
        for (int i = offset; i < offset + count; i += LANES) {
            softplus(FloatVector.fromArray(FLOATS, z, i)).intoArray(z, i);
        }
    }

    /** Several loops, as {@link #softplus}. */
    private static void gelu(float[] z, int offset, int count, float[] slope) {
        geluLowLoop(z, offset, count, slope);
        geluExpLoop(z, offset, count, slope);
        geluLoop(z, offset, count, slope);
    }

    private static void geluLowLoop(float[] z, int offset, int count, float[] low) {
        for (int i = offset; i < offset + count; i += LANES) {
            geluLow(FloatVector.fromArray(FLOATS, z, i)).intoArray(low, i);
        }
    }

    /** {@code slope} holds the lower parts of the arguments, and receives the exponentials. */
    private static void geluExpLoop(float[] z, int offset, int count, float[] slope) {
        for (int i = offset; i < offset + count; i += LANES) {
            FloatVector low = FloatVector.fromArray(FLOATS, slope, i);
            geluExp(FloatVector.fromArray(FLOATS, z, i), low).intoArray(slope, i);
        }
    }

    /** {@code slope} holds the exponentials. */
    private static void geluLoop(float[] z, int offset, int count, float[] slope) {
        for (int i = offset; i < offset + count; i += LANES) {
            FloatVector x = FloatVector.fromArray(FLOATS, z, i);
            FloatVector e = FloatVector.fromArray(FLOATS, slope, i);
            gelu(x, e).intoArray(z, i);
            geluDerivative(x, e).intoArray(slope, i);
        }
    }

    /**
     * Multiplies by the derivative of an activation: {@code d[i] *= f'(z[i])}.
     *
     * @param a outputs of the activation, at the same places as {@code d}
     * @param slope what {@link #activate} left
     */
    static void multiplyByDerivative(
            Activation activation, float[] d, int offset, int count, float[] a, float[] slope) {
        switch (activation) {
            case IDENTITY, SOFTMAX -> {}
            case RELU -> multiplyByStep(d, offset, count, a, 0f);
            case LEAKY_RELU -> multiplyByStep(d, offset, count, a, Activations.LEAK);
            case TANH -> multiplyByTanhDerivative(d, offset, count, a);
            case SIGMOID -> multiplyBySigmoidDerivative(d, offset, count, a);
            case ELU -> multiplyByEluDerivative(d, offset, count, a);
            case SOFTPLUS, GELU_TANH -> multiply(d, offset, count, slope);
        }
    }

    private static void multiplyByStep(float[] d, int offset, int count, float[] a, float below) {
        for (int i = offset; i < offset + count; i += LANES) {
            FloatVector error = FloatVector.fromArray(FLOATS, d, i);
            VectorMask<Float> positive = FloatVector.fromArray(FLOATS, a, i).compare(VectorOperators.GT, 0f);
            error.mul(FloatVector.broadcast(FLOATS, below).blend(1f, positive)).intoArray(d, i);
        }
    }

    private static void multiplyByTanhDerivative(float[] d, int offset, int count, float[] a) {
        FloatVector one = FloatVector.broadcast(FLOATS, 1f);
        for (int i = offset; i < offset + count; i += LANES) {
            FloatVector output = FloatVector.fromArray(FLOATS, a, i);
            FloatVector derivative = output.neg().fma(output, one);
            FloatVector.fromArray(FLOATS, d, i).mul(derivative).intoArray(d, i);
        }
    }

    private static void multiplyBySigmoidDerivative(float[] d, int offset, int count, float[] a) {
        for (int i = offset; i < offset + count; i += LANES) {
            FloatVector output = FloatVector.fromArray(FLOATS, a, i);
            FloatVector derivative = output.neg().fma(output, output);
            FloatVector.fromArray(FLOATS, d, i).mul(derivative).intoArray(d, i);
        }
    }

    private static void multiplyByEluDerivative(float[] d, int offset, int count, float[] a) {
        for (int i = offset; i < offset + count; i += LANES) {
            FloatVector output = FloatVector.fromArray(FLOATS, a, i);
            FloatVector derivative = output.add(1f).blend(1f, output.compare(VectorOperators.GT, 0f));
            FloatVector.fromArray(FLOATS, d, i).mul(derivative).intoArray(d, i);
        }
    }

    private static void multiply(float[] d, int offset, int count, float[] factor) {
        multiply(d, offset, factor, offset, count);
    }

    /** Multiplies {@code count} values, a multiple of the vector length, by factors. */
    static void multiply(float[] d, int offset, float[] factors, int factorOffset, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector.fromArray(FLOATS, d, offset + i)
                    .mul(FloatVector.fromArray(FLOATS, factors, factorOffset + i))
                    .intoArray(d, offset + i);
        }
    }

    // ---- Dropout, samples in lanes --------------------------------------------------------------------------------

    /**
     * Makes factors of random bits: 0 where 16 bits are below a threshold, otherwise {@code scale}.
     *
     * @param words random numbers of 32 bits {@code [4][Philox.BLOCKS]}; a row has {@code PANEL} of each block of units, first
     *     those of samples 0, 2, 4, ... and then those of samples 1, 3, 5, ..., so that they can be merged without a shuffle
     * @param blocks number of blocks of units
     * @param factors receives {@code [blocks][8 units][PANEL]}
     */
    static void dropoutFactors(long[] words, int blocks, int threshold, float scale, float[] factors) {
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

    // ---- Losses, samples in lanes ---------------------------------------------------------------------------------

    /**
     * Softmax and cross-entropy of the samples of one panel.
     *
     * @param z logits {@code [outputs x PANEL]} from {@code offset}
     * @param a receives the probabilities, at the same places
     * @param classes number of the class of each sample {@code [PANEL]} from {@code at}
     * @param losses receives the sums of the exponentials, from {@code at}; {@link #logs} makes losses of them
     * @param margins receives the class's logit minus the largest, from {@code at}
     * @param correct receives 1 where the largest logit is the class's, from {@code at}
     */
    static void crossEntropy(
            float[] z,
            float[] a,
            int offset,
            int outputs,
            float[] classes,
            int at,
            float[] losses,
            float[] margins,
            float[] correct) {
        for (int half = 0; half < PANEL; half += LANES) {
            crossEntropyOfVector(z, a, offset + half, outputs, classes, at + half, losses, margins, correct);
        }
    }

    private static void crossEntropyOfVector(
            float[] z,
            float[] a,
            int offset,
            int outputs,
            float[] classes,
            int at,
            float[] losses,
            float[] margins,
            float[] correct) {
        FloatVector target = FloatVector.fromArray(FLOATS, classes, at);
        FloatVector largest = FloatVector.fromArray(FLOATS, z, offset);
        FloatVector best = FloatVector.zero(FLOATS);
        FloatVector logit =
                FloatVector.broadcast(FLOATS, Float.NaN).blend(largest, target.compare(VectorOperators.EQ, 0f));
        for (int j = 1; j < outputs; j++) {
            FloatVector zj = FloatVector.fromArray(FLOATS, z, offset + j * PANEL);
            VectorMask<Float> larger = zj.compare(VectorOperators.GT, largest);
            largest = largest.blend(zj, larger);
            best = best.blend(j, larger);
            logit = logit.blend(zj, target.compare(VectorOperators.EQ, (float) j));
        }
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int j = 0; j < outputs; j++) {
            FloatVector e =
                    exp(FloatVector.fromArray(FLOATS, z, offset + j * PANEL).sub(largest));
            e.intoArray(a, offset + j * PANEL);
            sum = sum.add(e);
        }
        for (int j = 0; j < outputs; j++) {
            FloatVector.fromArray(FLOATS, a, offset + j * PANEL).div(sum).intoArray(a, offset + j * PANEL);
        }
        sum.intoArray(losses, at);
        logit.sub(largest).intoArray(margins, at);
        FloatVector.zero(FLOATS)
                .blend(1f, best.compare(VectorOperators.EQ, target))
                .intoArray(correct, at);
    }

    /**
     * {@code values = log(values) - margins}, for {@code count} samples. The logarithm stands here and not in a method that takes and
     * returns a vector: C2 may refuse to inline one of its size, and then every call allocates.
     */
    static void logs(float[] values, float[] margins, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector x = FloatVector.fromArray(FLOATS, values, i);
            VectorMask<Float> denormal = x.compare(VectorOperators.LT, FloatMath.SMALLEST_NORMAL);
            IntVector bits = x.blend(x.mul(0x1p23f), denormal).reinterpretAsInts();
            IntVector exponent = bits.sub(FloatMath.SQRT_HALF_BITS).lanewise(VectorOperators.ASHR, 23);
            FloatVector f = bits.sub(exponent.lanewise(VectorOperators.LSHL, 23))
                    .reinterpretAsFloats()
                    .sub(1f);
            IntVector shifted = exponent.blend(exponent.sub(23), denormal.cast(INTS));
            FloatVector result = logOfReduced(f, (FloatVector) shifted.convertShape(VectorOperators.I2F, FLOATS, 0));
            result = x.blend(result, x.compare(VectorOperators.LT, Float.POSITIVE_INFINITY));
            result = result.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0f));
            result = result.blend(Float.NaN, x.compare(VectorOperators.LT, 0f));
            result.sub(FloatVector.fromArray(FLOATS, margins, i)).intoArray(values, i);
        }
    }

    /** {@code d_j = a_j - (class == j)} in place, for one panel. */
    static void subtractClass(float[] a, int offset, int outputs, float[] classes, int at) {
        for (int half = 0; half < PANEL; half += LANES) {
            FloatVector target = FloatVector.fromArray(FLOATS, classes, at + half);
            for (int j = 0; j < outputs; j++) {
                int row = offset + half + j * PANEL;
                FloatVector one = FloatVector.zero(FLOATS).blend(1f, target.compare(VectorOperators.EQ, (float) j));
                FloatVector.fromArray(FLOATS, a, row).sub(one).intoArray(a, row);
            }
        }
    }

    /**
     * The losses of the samples of one panel, for all losses but cross-entropy.
     *
     * @param z pre-activations {@code [outputs x PANEL]} from {@code offset}
     * @param a outputs, at the same places
     * @param y targets, at the same places
     * @param losses receives the losses {@code [PANEL]} from {@code at}
     * @param correct receives 1 where all binary labels are right, from {@code at}
     */
    static void losses(
            Loss loss,
            float[] z,
            float[] a,
            float[] y,
            int offset,
            int outputs,
            float[] losses,
            float[] correct,
            int at) {
        for (int half = 0; half < PANEL; half += LANES) {
            int o = offset + half;
            FloatVector sum = switch (loss) {
                case SQUARED_ERROR -> squaredError(a, y, o, outputs);
                case BINARY_CROSS_ENTROPY -> binaryCrossEntropy(z, y, o, outputs);
                case HUBER -> huber(a, y, o, outputs);
                case ABSOLUTE_ERROR -> absoluteError(a, y, o, outputs);
                case CROSS_ENTROPY -> throw new IllegalArgumentException("cross-entropy has its own loop");
            };
            sum.intoArray(losses, at + half);
            if (loss == Loss.BINARY_CROSS_ENTROPY) {
                binaryCorrect(z, y, o, outputs).intoArray(correct, at + half);
            } else {
                FloatVector.zero(FLOATS).intoArray(correct, at + half);
            }
        }
    }

    private static FloatVector squaredError(float[] a, float[] y, int offset, int outputs) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = offset; i < offset + outputs * PANEL; i += PANEL) {
            FloatVector difference = FloatVector.fromArray(FLOATS, a, i).sub(FloatVector.fromArray(FLOATS, y, i));
            sum = difference.fma(difference, sum);
        }
        return sum.mul(0.5f);
    }

    private static FloatVector binaryCrossEntropy(float[] z, float[] y, int offset, int outputs) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = offset; i < offset + outputs * PANEL; i += PANEL) {
            FloatVector x = FloatVector.fromArray(FLOATS, z, i);
            FloatVector positive = x.blend(0f, x.compare(VectorOperators.LE, 0f));
            FloatVector linear = x.neg().fma(FloatVector.fromArray(FLOATS, y, i), positive);
            sum = sum.add(linear.add(log1pOfUnit(exp(x.abs().neg()))));
        }
        return sum;
    }

    private static FloatVector binaryCorrect(float[] z, float[] y, int offset, int outputs) {
        FloatVector correct = FloatVector.broadcast(FLOATS, 1f);
        for (int i = offset; i < offset + outputs * PANEL; i += PANEL) {
            FloatVector zero = FloatVector.zero(FLOATS);
            VectorMask<Float> said = FloatVector.fromArray(FLOATS, z, i).compare(VectorOperators.GT, 0f);
            VectorMask<Float> is = FloatVector.fromArray(FLOATS, y, i).compare(VectorOperators.GT, 0.5f);
            FloatVector differs = zero.blend(1f, said).sub(zero.blend(1f, is));
            correct = correct.blend(0f, differs.compare(VectorOperators.NE, 0f));
        }
        return correct;
    }

    private static FloatVector huber(float[] a, float[] y, int offset, int outputs) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = offset; i < offset + outputs * PANEL; i += PANEL) {
            FloatVector size = FloatVector.fromArray(FLOATS, a, i)
                    .sub(FloatVector.fromArray(FLOATS, y, i))
                    .abs();
            FloatVector square = size.mul(0.5f).mul(size);
            sum = sum.add(square.blend(size.sub(0.5f), size.compare(VectorOperators.GT, 1f)));
        }
        return sum;
    }

    private static FloatVector absoluteError(float[] a, float[] y, int offset, int outputs) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = offset; i < offset + outputs * PANEL; i += PANEL) {
            sum = sum.add(FloatVector.fromArray(FLOATS, a, i)
                    .sub(FloatVector.fromArray(FLOATS, y, i))
                    .abs());
        }
        return sum;
    }

    /** The derivative of the loss by the output, {@code dL/da} ({@code dL/dz} for binary cross-entropy), for one panel. */
    static void errors(Loss loss, float[] a, float[] y, float[] d, int offset, int count) {
        for (int i = offset; i < offset + count; i += LANES) {
            FloatVector e = FloatVector.fromArray(FLOATS, a, i).sub(FloatVector.fromArray(FLOATS, y, i));
            FloatVector error = e;
            if (loss == Loss.HUBER) {
                error = e.blend(1f, e.compare(VectorOperators.GT, 1f));
                error = error.blend(-1f, error.compare(VectorOperators.LT, -1f));
            } else if (loss == Loss.ABSOLUTE_ERROR) {
                error = e.blend(1f, e.compare(VectorOperators.GT, 0f));
                error = error.blend(-1f, e.compare(VectorOperators.LT, 0f));
            }
            error.intoArray(d, i);
        }
    }

    // ---- Elementary functions: FloatMath, lane by lane ------------------------------------------------------------

    /** The constants of the functions, as vectors: a broadcast at each use would make the functions too large for C2 to inline. */
    private static final FloatVector LOG2_E = broadcast(FloatMath.LOG2_E);

    private static final FloatVector ROUNDER = broadcast(FloatMath.ROUNDER);
    private static final FloatVector MINUS_LN2_HIGH = broadcast(-FloatMath.LN2_HIGH);
    private static final FloatVector MINUS_LN2_LOW = broadcast(-FloatMath.LN2_LOW);
    private static final FloatVector E4 = broadcast(FloatMath.E4);
    private static final FloatVector E3 = broadcast(FloatMath.E3);
    private static final FloatVector E2 = broadcast(FloatMath.E2);
    private static final FloatVector E1 = broadcast(FloatMath.E1);
    private static final FloatVector E0 = broadcast(FloatMath.E0);
    private static final FloatVector L7 = broadcast(FloatMath.L7);
    private static final FloatVector L6 = broadcast(FloatMath.L6);
    private static final FloatVector L5 = broadcast(FloatMath.L5);
    private static final FloatVector L4 = broadcast(FloatMath.L4);
    private static final FloatVector L3 = broadcast(FloatMath.L3);
    private static final FloatVector L2 = broadcast(FloatMath.L2);
    private static final FloatVector L1 = broadcast(FloatMath.L1);
    private static final FloatVector L0 = broadcast(FloatMath.L0);
    private static final FloatVector MINUS_HALF = broadcast(-0.5f);
    private static final FloatVector LN2_LOW = broadcast(FloatMath.LN2_LOW);
    private static final FloatVector LN2_HIGH = broadcast(FloatMath.LN2_HIGH);
    private static final FloatVector T4 = broadcast(FloatMath.T4);
    private static final FloatVector T3 = broadcast(FloatMath.T3);
    private static final FloatVector T2 = broadcast(FloatMath.T2);
    private static final FloatVector T1 = broadcast(FloatMath.T1);
    private static final FloatVector T0 = broadcast(FloatMath.T0);
    private static final FloatVector ONE = broadcast(1f);
    private static final FloatVector TWO = broadcast(2f);
    private static final FloatVector G1_TIMES_3 = broadcast(FloatMath.G1_TIMES_3);
    private static final FloatVector G0_HIGH = broadcast(FloatMath.G0_HIGH);
    private static final FloatVector G1_HIGH = broadcast(FloatMath.G1_HIGH);
    private static final FloatVector G1_LOW = broadcast(FloatMath.G1_LOW);
    private static final FloatVector HALF = broadcast(0.5f);
    private static final FloatVector G0_LOW = broadcast(FloatMath.G0_LOW);
    private static final FloatVector EXP_HIGHEST = broadcast(FloatMath.EXP_HIGHEST);
    private static final FloatVector EXP_LOWEST = broadcast(FloatMath.EXP_LOWEST);
    private static final FloatVector SQRT_TWO_MINUS_ONE = broadcast(FloatMath.SQRT_TWO_MINUS_ONE);
    private static final FloatVector TANH_SMALL = broadcast(FloatMath.TANH_SMALL);
    private static final FloatVector ZERO = broadcast(0f);
    private static final FloatVector MINUS_HALF_LN2 = broadcast(-FloatMath.LN2_HIGH * 0.5f);
    private static final FloatVector GELU_ZERO = broadcast(FloatMath.GELU_ZERO);
    private static final FloatVector GELU_LINEAR = broadcast(FloatMath.GELU_LINEAR);
    private static final FloatVector GELU_FAR = broadcast(FloatMath.GELU_FAR);
    private static final FloatVector MINUS_EXP_LOWEST = broadcast(-FloatMath.EXP_LOWEST);
    private static final FloatVector MINUS_ZERO = broadcast(-0f);
    private static final FloatVector GELU_FAR_SCALE = broadcast(FloatMath.GELU_FAR_SCALE);

    private static FloatVector exp(FloatVector x) {
        FloatVector clamped = x.blend(EXP_HIGHEST, x.compare(VectorOperators.GT, EXP_HIGHEST));
        clamped = clamped.blend(EXP_LOWEST, clamped.compare(VectorOperators.LT, EXP_LOWEST));
        FloatVector shifted = clamped.fma(LOG2_E, ROUNDER);
        FloatVector whole = shifted.sub(ROUNDER);
        FloatVector r = whole.fma(MINUS_LN2_HIGH, clamped);
        r = whole.fma(MINUS_LN2_LOW, r);
        IntVector n = shifted.reinterpretAsInts().sub(FloatMath.ROUNDER_BITS);
        return timesPowerOfTwo(r.mul(r).fma(expPolynomial(r), r).add(ONE), n);
    }

    private static FloatVector expOfSum(FloatVector x, FloatVector low, IntVector exponent) {
        FloatVector clamped = x.blend(EXP_HIGHEST, x.compare(VectorOperators.GT, EXP_HIGHEST));
        clamped = clamped.blend(EXP_LOWEST, clamped.compare(VectorOperators.LT, EXP_LOWEST));
        FloatVector shifted = clamped.fma(LOG2_E, ROUNDER);
        FloatVector whole = shifted.sub(ROUNDER);
        FloatVector r = whole.fma(MINUS_LN2_HIGH, clamped);
        r = r.add(whole.fma(MINUS_LN2_LOW, low));
        IntVector n = shifted.reinterpretAsInts().sub(FloatMath.ROUNDER_BITS).add(exponent);
        return timesPowerOfTwo(r.mul(r).fma(expPolynomial(r), r).add(ONE), n);
    }

    private static FloatVector expPolynomial(FloatVector r) {
        FloatVector p = E4.fma(r, E3);
        p = p.fma(r, E2);
        p = p.fma(r, E1);
        return p.fma(r, E0);
    }

    private static FloatVector timesPowerOfTwo(FloatVector p, IntVector n) {
        IntVector half = n.lanewise(VectorOperators.ASHR, 1);
        return p.mul(powerOfTwo(half)).mul(powerOfTwo(n.sub(half)));
    }

    private static FloatVector powerOfTwo(IntVector exponent) {
        return exponent.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    }

    private static FloatVector log1pOfUnit(FloatVector u) {
        VectorMask<Float> large = u.compare(VectorOperators.GT, SQRT_TWO_MINUS_ONE);
        FloatVector f = u.blend(u.sub(ONE).mul(HALF), large);
        return logOfReduced(f, ZERO.blend(ONE, large));
    }

    private static FloatVector logOfReduced(FloatVector f, FloatVector exponent) {
        FloatVector p = L7.fma(f, L6);
        p = p.fma(f, L5);
        p = p.fma(f, L4);
        p = p.fma(f, L3);
        p = p.fma(f, L2);
        p = p.fma(f, L1);
        p = p.fma(f, L0);
        p = p.fma(f, MINUS_HALF);
        FloatVector low = exponent.fma(LN2_LOW, f);
        return exponent.fma(LN2_HIGH, p.fma(f.mul(f), low));
    }

    private static FloatVector tanh(FloatVector x) {
        FloatVector size = x.abs();
        FloatVector square = x.mul(x);
        FloatVector p = T4.fma(square, T3);
        p = p.fma(square, T2);
        p = p.fma(square, T1);
        p = p.fma(square, T0);
        FloatVector small = p.mul(square).fma(size, size);
        FloatVector large = ONE.sub(TWO.div(exp(size.add(size)).add(ONE)));
        FloatVector result = large.blend(small, size.compare(VectorOperators.LT, TANH_SMALL));
        // Not in a method of its own: C2 does not inline that in so large a function, and the vector would go to the
        // heap.
        IntVector sign = x.reinterpretAsInts().and(0x80000000);
        return result.reinterpretAsInts().and(0x7FFFFFFF).or(sign).reinterpretAsFloats();
    }

    private static FloatVector sigmoid(FloatVector x) {
        FloatVector e = exp(x.abs().neg());
        FloatVector numerator = ONE.blend(e, x.compare(VectorOperators.LT, ZERO));
        FloatVector denominator = e.add(ONE);
        FloatVector denominatorLow = e.sub(denominator.sub(ONE));
        FloatVector reciprocal = ONE.div(denominator);
        FloatVector quotient = numerator.mul(reciprocal);
        FloatVector minus = quotient.neg();
        FloatVector remainder = minus.fma(denominatorLow, minus.fma(denominator, numerator));
        return remainder.fma(reciprocal, quotient);
    }

    private static FloatVector expm1OfNegative(FloatVector x) {
        FloatVector small = expPolynomial(x).fma(x.mul(x), x);
        FloatVector large = exp(x).sub(ONE);
        return large.blend(small, x.compare(VectorOperators.GT, MINUS_HALF_LN2));
    }

    private static FloatVector softplus(FloatVector x) {
        FloatVector positive = x.blend(ZERO, x.compare(VectorOperators.LE, ZERO));
        return positive.add(log1pOfUnit(exp(x.abs().neg())));
    }

    private static FloatVector gelu(FloatVector x, FloatVector e) {
        VectorMask<Float> negative = x.compare(VectorOperators.LT, ZERO);
        FloatVector product = x.mul(e);
        FloatVector numerator = x.blend(product, negative);
        FloatVector numeratorLow = ZERO.blend(x.fma(e, product.neg()), negative);
        FloatVector denominator = e.add(ONE);
        FloatVector denominatorLow = e.sub(denominator.sub(ONE));
        FloatVector quotient = numerator.div(denominator);
        FloatVector minus = quotient.neg();
        FloatVector remainder = minus.fma(denominator, numerator).add(minus.fma(denominatorLow, numeratorLow));
        FloatVector result = quotient.add(remainder.div(denominator)).mul(geluScale(x));
        result = result.blend(MINUS_ZERO, x.compare(VectorOperators.LT, GELU_ZERO));
        result = result.blend(x, x.compare(VectorOperators.GT, GELU_LINEAR));
        return result.blend(x, x.compare(VectorOperators.EQ, ZERO));
    }

    private static FloatVector geluDerivative(FloatVector x, FloatVector e) {
        VectorMask<Float> negative = x.compare(VectorOperators.LT, ZERO);
        FloatVector gate = ONE.blend(e, negative).div(e.add(ONE)).mul(geluScale(x));
        FloatVector inner = G1_TIMES_3.fma(x.mul(x), G0_HIGH);
        FloatVector slope = gate.neg().fma(gate, gate);
        return x.mul(inner).fma(slope, gate).blend(gate, slope.compare(VectorOperators.EQ, ZERO));
    }

    private static FloatVector geluScale(FloatVector x) {
        return ONE.blend(GELU_FAR_SCALE, x.compare(VectorOperators.LT, GELU_FAR));
    }

    /** What the argument of the exponential, in twice the precision, has beyond a float. */
    private static FloatVector geluLow(FloatVector x) {
        FloatVector square = x.mul(x);
        FloatVector squareLow = x.fma(x, square.neg());
        FloatVector product = square.mul(G1_HIGH);
        FloatVector productLow = G1_HIGH.fma(square, product.neg());
        productLow = G1_HIGH.fma(squareLow, G1_LOW.fma(square, productLow));
        FloatVector sum = product.add(G0_HIGH);
        FloatVector rest = sum.sub(product);
        FloatVector sumLow = product.sub(sum.sub(rest)).add(G0_HIGH.sub(rest)).add(productLow.add(G0_LOW));
        FloatVector argument = x.mul(sum);
        FloatVector argumentLow = x.fma(sumLow, x.fma(sum, argument.neg()));
        argumentLow = ZERO.blend(argumentLow, argument.abs().compare(VectorOperators.LT, MINUS_EXP_LOWEST));
        return argumentLow.neg().blend(argumentLow, x.compare(VectorOperators.LT, ZERO));
    }

    private static FloatVector geluExp(FloatVector x, FloatVector low) {
        FloatVector argument = x.mul(x.mul(x).mul(G1_HIGH).add(G0_HIGH));
        VectorMask<Integer> far = x.compare(VectorOperators.LT, GELU_FAR).cast(INTS);
        IntVector exponent = IntVector.zero(INTS).blend(FloatMath.GELU_FAR_EXPONENT, far);
        return expOfSum(argument.abs().neg(), low, exponent);
    }

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(FLOATS, value);
    }
}
