package dev.tutti.kernel;

import static dev.tutti.kernel.VectorLanes.FLOATS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Transposition of blocks in registers: swaps the upper half of row r with the lower half of row r + LANES/2,
 * then quarters, and so on. Written by UnrolledLoops (see there), not by hand.
 */
final class VectorTransposition {
    private static final int LANES = VectorLanes.LANES;
    private static final VectorShuffle<Float> SWAP_8 = swap(8);
    private static final VectorShuffle<Float> SWAP_4 = swap(4);
    private static final VectorShuffle<Float> SWAP_2 = swap(2);
    private static final VectorShuffle<Float> SWAP_1 = swap(1);
    private static final VectorMask<Float> UPPER_8 = upper(8);
    private static final VectorMask<Float> UPPER_4 = upper(4);
    private static final VectorMask<Float> UPPER_2 = upper(2);
    private static final VectorMask<Float> UPPER_1 = upper(1);

    private VectorTransposition() {}

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
}
