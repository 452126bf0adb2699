package dev.tutti.kernel;

import dev.tutti.model.Activation;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The loops of the kernel, operands in the first-level cache. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--add-modules",
            "jdk.incubator.vector",
            "-XX:ObjectAlignmentInBytes=64",
            "-XX:PerMethodTrapLimit=100000",
            "-XX:CompileCommand=quiet",
            "-XX:CompileCommand=dontinline,dev.tutti.kernel.VectorActivations::*Loop",
            "-XX:CompileCommand=dontinline,dev.tutti.kernel.VectorLosses::*Loop"
        })
public class PartsBenchmark {
    private static final int VALUES = 1024;

    /** Terms of each sum of a tile. */
    @Param({"16", "32", "64", "160"})
    int depth;

    private float[] tile;
    private float[] panel;
    private float[] sums;
    private float[] scratch;
    private float[] values;
    private float[] block;

    @Setup
    public void fill() {
        tile = filled(2 * depth * VectorLanes.TILE_STRIDE);
        panel = filled(2 * depth * VectorLanes.PANEL);
        sums = filled(VectorLanes.TILE_ROWS * VectorLanes.PANEL);
        scratch = filled(2 * VectorLanes.TILE_ROWS * VectorLanes.PANEL);
        values = filled(VALUES);
        block = filled(VALUES);
    }

    private static float[] filled(int length) {
        float[] array = new float[length];
        for (int i = 0; i < length; i++) {
            array[i] = 0.001f * (i % 997) - 0.5f;
        }
        return array;
    }

    /** A full tile times a panel, going on with running sums; {@code 2 * rows * PANEL * depth} operations. */
    @Benchmark
    public float[] product() {
        VectorProducts.multiply(
                VectorLanes.TILE_ROWS,
                depth,
                tile,
                0,
                panel,
                0,
                sums,
                0,
                VectorLanes.PANEL,
                scratch,
                0,
                VectorLanes.PANEL);
        return scratch;
    }

    /** Two segments of the weight gradient and their sum; twice the operations. */
    @Benchmark
    public float[] segments() {
        VectorProducts.segments(VectorLanes.TILE_ROWS, 2 * depth, depth, tile, 0, panel, 0, scratch, 0);
        return scratch;
    }

    /** Blocks of LANES x LANES, {@code VALUES} floats (at 512 bits: 4 blocks). */
    @Benchmark
    public float[] transposition() {
        int lanes = VectorLanes.LANES;
        for (int i = 0; i + lanes * lanes <= VALUES; i += lanes * lanes) {
            VectorTransposition.transpose(values, i, lanes, block, i, lanes);
        }
        return block;
    }

    /** {@code VALUES} floats. */
    @Benchmark
    public float[] tanh() {
        return activate(Activation.TANH);
    }

    /** {@code VALUES} floats. */
    @Benchmark
    public float[] sigmoid() {
        return activate(Activation.SIGMOID);
    }

    /** {@code VALUES} floats. */
    @Benchmark
    public float[] relu() {
        return activate(Activation.RELU);
    }

    private float[] activate(Activation activation) {
        System.arraycopy(values, 0, block, 0, VALUES);
        VectorActivations.activate(activation, block, 0, VALUES, block);
        return block;
    }
}
