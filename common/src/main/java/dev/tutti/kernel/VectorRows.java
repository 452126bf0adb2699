package dev.tutti.kernel;

import static dev.tutti.kernel.VectorLanes.FLOATS;
import static dev.tutti.kernel.VectorLanes.LANES;
import static dev.tutti.kernel.VectorLanes.PANEL;
import static dev.tutti.kernel.VectorLanes.TILE_ROWS;
import static dev.tutti.kernel.VectorLanes.TILE_STRIDE;

import dev.tutti.reduce.BFloat16;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Rows of panels and tiles: added, scaled, summed, copied. */
final class VectorRows {
    private VectorRows() {}

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

    /** {@code to[i] = round(to[i] + from[i])} for {@code count} values, by {@link BFloat16}. */
    static void addRounded(float[] to, int toOffset, float[] from, int fromOffset, int count) {
        int bound = FLOATS.loopBound(count);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector sum = FloatVector.fromArray(FLOATS, to, toOffset + i)
                    .add(FloatVector.fromArray(FLOATS, from, fromOffset + i));
            rounded(sum).intoArray(to, toOffset + i);
        }
        for (int i = bound; i < count; i++) {
            to[toOffset + i] = BFloat16.round(to[toOffset + i] + from[fromOffset + i]);
        }
    }

    /** {@code values[i] = round(values[i])} for {@code count} values, by {@link BFloat16}. */
    static void round(float[] values, int offset, int count) {
        int bound = FLOATS.loopBound(count);
        for (int i = offset; i < offset + bound; i += LANES) {
            rounded(FloatVector.fromArray(FLOATS, values, i)).intoArray(values, i);
        }
        for (int i = offset + bound; i < offset + count; i++) {
            values[i] = BFloat16.round(values[i]);
        }
    }

    /** Rounds {@code PANEL} values of each of some rows, {@code stride} apart. */
    static void roundRows(float[] values, int offset, int stride, int rows) {
        for (int r = 0; r < rows; r++) {
            int row = offset + r * stride;
            rounded(FloatVector.fromArray(FLOATS, values, row)).intoArray(values, row);
            rounded(FloatVector.fromArray(FLOATS, values, row + LANES)).intoArray(values, row + LANES);
        }
    }

    /** The same bits as {@link BFloat16#round}. */
    static FloatVector rounded(FloatVector values) {
        IntVector bits = values.reinterpretAsInts();
        IntVector nearest =
                bits.add(0x7fff).add(bits.lanewise(VectorOperators.LSHR, 16).and(1));
        IntVector ofNaN = bits.or(0x00400000);
        return nearest.blend(ofNaN, values.test(VectorOperators.IS_NAN).cast(VectorLanes.INTS))
                .and(0xffff0000)
                .reinterpretAsFloats();
    }

    /** Multiplies {@code count} values, a multiple of the vector length, by factors. */
    static void multiply(float[] d, int offset, float[] factors, int factorOffset, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector.fromArray(FLOATS, d, offset + i)
                    .mul(FloatVector.fromArray(FLOATS, factors, factorOffset + i))
                    .intoArray(d, offset + i);
        }
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

    /**
     * Sums the rows of neighbouring tiles: {@code to[t][r] = sum over k of tiles[t][k][r]}, in order, beginning with
     * what is there.
     *
     * @param tiles {@code [count][tileLength / TILE_STRIDE][TILE_STRIDE]}
     * @param from first k
     * @param end one more than the last k
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

    /**
     * Adds 0 for each column of a panel of finite values, else NaN. Any order of the sum gives the same, and any row
     * twice.
     */
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

    static void copyRows(float[] from, int fromOffset, float[] to, int toOffset, int stride, int rows) {
        for (int r = 0; r < rows; r++) {
            copyPanelRow(from, fromOffset + r * PANEL, to, toOffset + r * stride);
        }
    }
}
