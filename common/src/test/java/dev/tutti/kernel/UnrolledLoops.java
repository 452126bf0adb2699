package dev.tutti.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes {@link VectorTiles} and {@link VectorTransposition}: loops over registers, for which Java has no words but one
 * variable each. C2 keeps a variable in a register where it would not keep an element of an array, and it stops inlining
 * in methods of this size, so that a helper for one row would allocate. Needs no other class, to be started from its
 * source, in the checkout:
 *
 * <pre>
 *   java common/src/test/java/dev/tutti/kernel/UnrolledLoops.java common/src/main/java/dev/tutti/kernel
 * </pre>
 */
final class UnrolledLoops {
    /** Rows of the tiles; {@link VectorProducts#multiply} cuts other numbers of rows into these. */
    private static final int[] TILES = {14, 8, 6, 4, 2, 1};
    /** Rows of the full tiles, whose segments have loops of their own: with 32 registers and with 16. */
    private static final int[] FULL_TILES = {14, 6};

    private static final int[] LANES = {16, 8, 4};

    private final StringBuilder text = new StringBuilder();

    private UnrolledLoops() {}

    /** Writes both files into the directory that is named. */
    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]);
        Files.writeString(directory.resolve("VectorTiles.java"), tiles());
        Files.writeString(directory.resolve("VectorTransposition.java"), transposition());
    }

    /** The source of {@link VectorTiles}. */
    static String tiles() {
        UnrolledLoops loops = new UnrolledLoops();
        loops.tilesHead();
        for (int rows : TILES) {
            loops.tile(rows);
        }
        for (int rows : FULL_TILES) {
            loops.segment(rows, false);
            loops.segment(rows, true);
        }
        return loops.line("}").text.toString();
    }

    /** The source of {@link VectorTransposition}. */
    static String transposition() {
        UnrolledLoops loops = new UnrolledLoops();
        loops.transpositionHead();
        for (int lanes : LANES) {
            loops.transpose(lanes);
        }
        loops.transpositionTail();
        return loops.line("}").text.toString();
    }

    private UnrolledLoops line(String format, Object... values) {
        text.append(String.format(format, values)).append('\n');
        return this;
    }

    // ---- Tiles ----------------------------------------------------------------------------------------------------

    private void tilesHead() {
        text.append("""
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
                """);
    }

    /** A tile whose sums begin with those in one array and go to another. */
    private void tile(int rows) {
        line("");
        line("    static void tile%d(", rows);
        line("            int depth, float[] a, int ao, float[] b, int bo,"
                + " float[] in, int io, int is, float[] out, int oo, int os) {");
        for (int r = 0; r < rows; r++) {
            line("        FloatVector x%d = FloatVector.fromArray(FLOATS, in, io%s);", r, plus(r, "is"));
            line("        FloatVector y%d = FloatVector.fromArray(FLOATS, in, io%s + LANES);", r, plus(r, "is"));
        }
        multiplyAdd(rows);
        for (int r = 0; r < rows; r++) {
            line("        x%d.intoArray(out, oo%s);", r, plus(r, "os"));
            line("        y%d.intoArray(out, oo%s + LANES);", r, plus(r, "os"));
        }
        line("    }");
    }

    /** A tile whose sums begin with zero; stored, or added to what is there. */
    private void segment(int rows, boolean adds) {
        line("");
        String parameters = "int depth, float[] a, int ao, float[] b, int bo, float[] sums, int at";
        line("    static void segment%d%s(%s) {", rows, adds ? "Plus" : "", parameters);
        for (int r = 0; r < rows; r++) {
            line("        FloatVector x%d = FloatVector.zero(FLOATS);", r);
            line("        FloatVector y%d = FloatVector.zero(FLOATS);", r);
        }
        multiplyAdd(rows);
        for (int r = 0; r < rows; r++) {
            store("x" + r, "at" + plus(r, "PANEL"), adds);
            store("y" + r, "at" + plus(r, "PANEL") + " + LANES", adds);
        }
        line("    }");
    }

    private void store(String sum, String at, boolean adds) {
        if (adds) {
            line("        FloatVector.fromArray(FLOATS, sums, %s).add(%s).intoArray(sums, %s);", at, sum, at);
        } else {
            line("        %s.intoArray(sums, %s);", sum, at);
        }
    }

    private void multiplyAdd(int rows) {
        line("        for (int k = 0; k < depth; k++) {");
        line("            int ak = ao + k * TILE_STRIDE;");
        line("            FloatVector bx = FloatVector.fromArray(FLOATS, b, bo + k * PANEL);");
        line("            FloatVector by = FloatVector.fromArray(FLOATS, b, bo + k * PANEL + LANES);");
        for (int r = 0; r < rows; r++) {
            if (rows == 6 && (r == 2 || r == 4)) {
                line("            if (ak == NEVER%s) {", r == 2 ? "" : " + 1");
                line("                break;");
                line("            }");
            }
            line("            FloatVector a%d = FloatVector.broadcast(FLOATS, a[ak%s]);", r, r == 0 ? "" : " + " + r);
            line("            x%d = a%d.fma(bx, x%d);", r, r, r);
            line("            y%d = a%d.fma(by, y%d);", r, r, r);
        }
        line("        }");
    }

    /** The offset of a row, to be appended to the first row's place. */
    private static String plus(int row, String stride) {
        return row == 0 ? "" : row == 1 ? " + " + stride : " + " + row + " * " + stride;
    }

    // ---- Transposition --------------------------------------------------------------------------------------------

    private void transpositionHead() {
        text.append("""
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
                """);
    }

    private void transpose(int lanes) {
        line("");
        line("    private static void transpose%d(", lanes);
        line("            float[] from, int fromOffset, int fromStride, float[] to, int toOffset, int toStride) {");
        for (int r = 0; r < lanes; r++) {
            String offset = plus(r, "fromStride");
            line("        FloatVector a%d = FloatVector.fromArray(FLOATS, from, fromOffset%s);", r, offset);
        }
        char stage = 'a';
        for (int distance = lanes / 2; distance > 0; distance /= 2) {
            for (int r = 0; r < lanes; r++) {
                if ((r & distance) == 0) {
                    exchange(stage, r, r + distance, distance);
                }
            }
            stage++;
        }
        for (int r = 0; r < lanes; r++) {
            line("        %c%d.intoArray(to, toOffset%s);", stage, r, plus(r, "toStride"));
        }
        line("    }");
    }

    /** Makes two rows of the next stage of two of this one. */
    private void exchange(char from, int upper, int lower, int distance) {
        String blend = "        FloatVector %c%d = %c%d.blend(%c%d.rearrange(SWAP_%d), UPPER_%d);";
        line(blend, from + 1, upper, from, upper, from, lower, distance, distance);
        String other = "        FloatVector %c%d = %c%d.rearrange(SWAP_%d).blend(%c%d, UPPER_%d);";
        line(other, from + 1, lower, from, upper, distance, from, lower, distance);
    }

    private void transpositionTail() {
        text.append("""

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
                """);
    }
}
