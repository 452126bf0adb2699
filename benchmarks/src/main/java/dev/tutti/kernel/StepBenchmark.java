package dev.tutti.kernel;

import dev.tutti.app.bench.KernelBench;
import dev.tutti.data.Dataset;
import dev.tutti.data.MiniBatch;
import dev.tutti.model.Activation;
import dev.tutti.model.InitialWeights;
import dev.tutti.model.Initialization;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.random.Philox;
import dev.tutti.reduce.PartialGradient;
import java.util.Arrays;
import java.util.List;
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

/** Gradients of one batch of 128 samples, with several sizes of segments, with norms, and without any gradient. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
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
public class StepBenchmark {
    private static final int BATCH = 128;

    /** Inputs, hidden layers, outputs. */
    @Param({"64-32-10", "784-128-10", "784-512-512-10"})
    String network;

    private GradientKernel kernel;
    private GradientKernel dropping;
    private float[] parameters;
    private MiniBatch batch;
    private PartialGradient[] node;
    private float[] norms;

    @Setup
    public void create() {
        List<Integer> sizes =
                Arrays.stream(network.split("-", -1)).map(Integer::valueOf).toList();
        NetworkSpec spec = KernelBench.network(sizes, Activation.RELU, Loss.CROSS_ENTROPY);
        kernel = Kernels.createWarm(spec, Dropout.NONE, BATCH);
        dropping = Kernels.createWarm(spec, new Dropout(0.5f, 1), BATCH);
        parameters = InitialWeights.create(spec, Initialization.HE, 0, 1);
        float[] features = new float[BATCH * spec.inputs()];
        for (int i = 0; i < features.length; i++) {
            features[i] = 2 * Philox.uniform(1, Philox.Purpose.NOISE, 0, i) - 1;
        }
        int[] rows = new int[BATCH];
        float[] targets = new float[BATCH];
        for (int s = 0; s < BATCH; s++) {
            rows[s] = s;
            targets[s] = s % spec.outputs();
        }
        batch = new MiniBatch().wrap(new Dataset(features, spec.inputs(), targets, 1, BATCH), rows, 0, BATCH);
        node = new PartialGradient[] {new PartialGradient(parameters.length)};
        norms = new float[BATCH];
    }

    private PartialGradient gradient(GradientKernel kernel, int segmentSize, PerSample perSample) {
        node[0].reset(0, BATCH / segmentSize);
        kernel.gradients(parameters, batch, segmentSize, node, 1, perSample);
        return node[0];
    }

    @Benchmark
    public PartialGradient oneSum() {
        return gradient(kernel, BATCH, PerSample.NONE);
    }

    @Benchmark
    public PartialGradient segmentsOf64() {
        return gradient(kernel, 64, PerSample.NONE);
    }

    @Benchmark
    public PartialGradient segmentsOf32() {
        return gradient(kernel, 32, PerSample.NONE);
    }

    @Benchmark
    public PartialGradient segmentsOf16() {
        return gradient(kernel, 16, PerSample.NONE);
    }

    @Benchmark
    public PartialGradient withNorms() {
        return gradient(kernel, 32, PerSample.norms(norms));
    }

    @Benchmark
    public PartialGradient withClipping() {
        return gradient(kernel, 32, new PerSample(null, 1f, norms));
    }

    @Benchmark
    public PartialGradient withDropout() {
        return gradient(dropping, 32, PerSample.NONE);
    }

    @Benchmark
    public PartialGradient forwardOnly() {
        kernel.evaluate(parameters, batch, 32, node[0]);
        return node[0];
    }
}
