package dev.tutti.kernel;

import static dev.tutti.kernel.VectorLanes.FLOATS;
import static dev.tutti.kernel.VectorLanes.LANES;
import static dev.tutti.kernel.VectorLanes.PANEL;
import static dev.tutti.kernel.VectorLanes.TILE_STRIDE;

import jdk.incubator.vector.FloatVector;

/**
 * Products of a packed tile and a panel, with all running sums in registers: x and y of a row are its two vectors.
 * Called by {@link VectorProducts}, which says what the parameters are. Written by UnrolledLoops (see there), not
 * by hand.
 */
final class VectorTiles {
    /**
     * No index into an array is this. The comparisons with it keep C2 from loading more rows of a tile ahead
     * than 16 registers hold beside the sums: it moves loads as far up as there is no branch, and would keep a
     * sum in memory for that.
     */
    private static final int NEVER = Integer.MIN_VALUE;

    private VectorTiles() {}

    static void tile14(
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

    static void tile8(
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

    static void tile6(
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

    static void tile4(
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

    static void tile2(
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

    static void tile1(
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

    static void segment14(int depth, float[] a, int ao, float[] b, int bo, float[] sums, int at) {
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
        x0.intoArray(sums, at);
        y0.intoArray(sums, at + LANES);
        x1.intoArray(sums, at + PANEL);
        y1.intoArray(sums, at + PANEL + LANES);
        x2.intoArray(sums, at + 2 * PANEL);
        y2.intoArray(sums, at + 2 * PANEL + LANES);
        x3.intoArray(sums, at + 3 * PANEL);
        y3.intoArray(sums, at + 3 * PANEL + LANES);
        x4.intoArray(sums, at + 4 * PANEL);
        y4.intoArray(sums, at + 4 * PANEL + LANES);
        x5.intoArray(sums, at + 5 * PANEL);
        y5.intoArray(sums, at + 5 * PANEL + LANES);
        x6.intoArray(sums, at + 6 * PANEL);
        y6.intoArray(sums, at + 6 * PANEL + LANES);
        x7.intoArray(sums, at + 7 * PANEL);
        y7.intoArray(sums, at + 7 * PANEL + LANES);
        x8.intoArray(sums, at + 8 * PANEL);
        y8.intoArray(sums, at + 8 * PANEL + LANES);
        x9.intoArray(sums, at + 9 * PANEL);
        y9.intoArray(sums, at + 9 * PANEL + LANES);
        x10.intoArray(sums, at + 10 * PANEL);
        y10.intoArray(sums, at + 10 * PANEL + LANES);
        x11.intoArray(sums, at + 11 * PANEL);
        y11.intoArray(sums, at + 11 * PANEL + LANES);
        x12.intoArray(sums, at + 12 * PANEL);
        y12.intoArray(sums, at + 12 * PANEL + LANES);
        x13.intoArray(sums, at + 13 * PANEL);
        y13.intoArray(sums, at + 13 * PANEL + LANES);
    }

    static void segment14Plus(int depth, float[] a, int ao, float[] b, int bo, float[] sums, int at) {
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

    static void segment6(int depth, float[] a, int ao, float[] b, int bo, float[] sums, int at) {
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
        x0.intoArray(sums, at);
        y0.intoArray(sums, at + LANES);
        x1.intoArray(sums, at + PANEL);
        y1.intoArray(sums, at + PANEL + LANES);
        x2.intoArray(sums, at + 2 * PANEL);
        y2.intoArray(sums, at + 2 * PANEL + LANES);
        x3.intoArray(sums, at + 3 * PANEL);
        y3.intoArray(sums, at + 3 * PANEL + LANES);
        x4.intoArray(sums, at + 4 * PANEL);
        y4.intoArray(sums, at + 4 * PANEL + LANES);
        x5.intoArray(sums, at + 5 * PANEL);
        y5.intoArray(sums, at + 5 * PANEL + LANES);
    }

    static void segment6Plus(int depth, float[] a, int ao, float[] b, int bo, float[] sums, int at) {
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
}
