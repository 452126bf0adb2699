package dev.tutti.kernel;

import static dev.tutti.kernel.VectorLanes.PANEL;
import static dev.tutti.kernel.VectorLanes.TILE_ROWS;
import static dev.tutti.kernel.VectorLanes.TILE_STRIDE;

import dev.tutti.reduce.SummationStack;

/** Products of packed tiles and panels, and the weight gradient of a tile with its sum over the segments. */
final class VectorProducts {
    /** Length of the sums of a tile. */
    static final int TILE_SIZE = TILE_ROWS * PANEL;

    private static final float[] ZEROS = new float[PANEL];

    private VectorProducts() {}

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
            VectorTiles.tile14(depth, a, ao, b, bo, in, io, is, out, oo, os);
            return;
        }
        int r = 0;
        while (r < rows) {
            int left = rows - r;
            int ar = ao + r;
            int ir = io + r * is;
            int or = oo + r * os;
            if (left >= 8) {
                VectorTiles.tile8(depth, a, ar, b, bo, in, ir, is, out, or, os);
                r += 8;
            } else if (left >= 6) {
                VectorTiles.tile6(depth, a, ar, b, bo, in, ir, is, out, or, os);
                r += 6;
            } else if (left >= 4) {
                VectorTiles.tile4(depth, a, ar, b, bo, in, ir, is, out, or, os);
                r += 4;
            } else if (left >= 2) {
                VectorTiles.tile2(depth, a, ar, b, bo, in, ir, is, out, or, os);
                r += 2;
            } else {
                VectorTiles.tile1(depth, a, ar, b, bo, in, ir, is, out, or, os);
                r += 1;
            }
        }
    }

    /**
     * The weight gradient of one tile: each segment's sums start at zero and are added to its neighbours' by the
     * summation tree.
     *
     * @param rows number of rows, at most {@code TILE_ROWS}
     * @param samples number of samples, in segments of {@code segment}
     * @param a local errors {@code [samples x TILE_STRIDE]}, from {@code ao}
     * @param b inputs {@code [samples x PANEL]}, from {@code bo}
     * @param sums {@link SummationStack} of {@code [rows x PANEL]} each {@code TILE_SIZE}, from {@code so}, where the
     *     sum is then
     */
    static void segments(
            int rows, int samples, int segment, float[] a, int ao, float[] b, int bo, float[] sums, int so) {
        int number = 0;
        for (int from = 0; from < samples; from += segment) {
            int end = Math.min(samples, from + segment);
            int additions = SummationStack.additions(number, end == samples);
            int at = ao + from * TILE_STRIDE;
            int bt = bo + from * PANEL;
            int top = so + SummationStack.height(number) * TILE_SIZE;
            if (rows < TILE_ROWS) {
                multiply(rows, end - from, a, at, b, bt, ZEROS, 0, 0, sums, top, PANEL);
                addDown(rows, sums, top, additions);
            } else if (additions == 0) {
                segment(end - from, a, at, b, bt, sums, top);
            } else {
                segmentPlus(end - from, a, at, b, bt, sums, top - TILE_SIZE);
                addDown(rows, sums, top - TILE_SIZE, additions - 1);
            }
            number++;
        }
    }

    /** As {@link #segments}, but each segment's sums, and each sum of two, are rounded to {@link dev.tutti.reduce.BFloat16}. */
    static void roundedSegments(
            int rows, int samples, int segment, float[] a, int ao, float[] b, int bo, float[] sums, int so) {
        int number = 0;
        for (int from = 0; from < samples; from += segment) {
            int end = Math.min(samples, from + segment);
            int at = ao + from * TILE_STRIDE;
            int bt = bo + from * PANEL;
            int top = so + SummationStack.height(number) * TILE_SIZE;
            if (rows < TILE_ROWS) {
                multiply(rows, end - from, a, at, b, bt, ZEROS, 0, 0, sums, top, PANEL);
            } else {
                segment(end - from, a, at, b, bt, sums, top);
            }
            VectorRows.roundRows(sums, top, PANEL, rows);
            for (int additions = SummationStack.additions(number, end == samples); additions > 0; additions--) {
                VectorRows.addRounded(sums, top - TILE_SIZE, sums, top, rows * PANEL);
                top -= TILE_SIZE;
            }
            number++;
        }
    }

    /** Adds the topmost sum to the one below it, {@code additions} times. */
    private static void addDown(int rows, float[] sums, int top, int additions) {
        for (int right = top; right > top - additions * TILE_SIZE; right -= TILE_SIZE) {
            VectorRows.add(sums, right - TILE_SIZE, sums, right, rows * PANEL);
        }
    }

    /** One segment of a full tile, from zero. */
    private static void segment(int depth, float[] a, int ao, float[] b, int bo, float[] out, int oo) {
        if (TILE_ROWS == 14) {
            VectorTiles.segment14(depth, a, ao, b, bo, out, oo);
        } else {
            VectorTiles.segment6(depth, a, ao, b, bo, out, oo);
        }
    }

    /** One segment of a full tile, from zero, added to the sums at {@code at} on its way out of the registers. */
    private static void segmentPlus(int depth, float[] a, int ao, float[] b, int bo, float[] sums, int at) {
        if (TILE_ROWS == 14) {
            VectorTiles.segment14Plus(depth, a, ao, b, bo, sums, at);
        } else {
            VectorTiles.segment6Plus(depth, a, ao, b, bo, sums, at);
        }
    }
}
