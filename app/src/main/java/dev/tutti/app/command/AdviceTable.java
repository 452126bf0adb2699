package dev.tutti.app.command;

import dev.tutti.app.advice.NoiseScale;
import dev.tutti.app.advice.StepModel;
import dev.tutti.files.Json;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What {@code bench cluster --advise} says: predicted speed by number of machines, and the batch that is worth it.
 *
 * @param model fitted to what was measured
 * @param batch samples of the steps measured
 * @param machines number of machines that were measured
 * @param samplesPerSecond that they made
 * @param noise of the gradients of some data, if any was named
 */
record AdviceTable(StepModel model, int batch, int machines, double samplesPerSecond, Optional<NoiseScale> noise) {
    private static final int MOST_MACHINES = 32;

    void print(PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%na sample takes %.1f us on one machine, the rest of a step %.2f ms, a link carries %.0f MB/s, one way"
                        + " of a message takes %.2f ms%n",
                model.sampleSeconds() * 1e6,
                model.restSeconds() * 1e3,
                model.bytesPerSecond() / 1e6,
                model.latencySeconds() * 1e3);
        noise.ifPresent(found -> out.println("noise scale of the gradients: " + inSamples(found)));
        out.printf(Locale.ROOT, "%-10s %14s %14s %12s", "machines", "predicted/s", "measured/s", "efficiency");
        out.println(finiteNoise() ? String.format(Locale.ROOT, " %12s %8s", "best batch", "gain") : "");
        rows().forEach(count -> {
            out.printf(
                    Locale.ROOT,
                    "%-10d %,14.0f %14s %12.2f",
                    count,
                    model.samplesPerSecond(count, batch),
                    count == machines ? String.format(Locale.ROOT, "%,.0f", samplesPerSecond) : "",
                    model.speedUp(count, batch) / count);
            out.println(
                    finiteNoise()
                            ? String.format(
                                    Locale.ROOT,
                                    " %,12.0f %8.2f",
                                    model.bestBatch(count, noiseScale()),
                                    model.gain(count, noiseScale()))
                            : "");
        });
    }

    private static String inSamples(NoiseScale noise) {
        if (Double.isNaN(noise.value())) {
            return "not measured, as there were too few steps";
        }
        return Double.isInfinite(noise.value())
                ? "more than can be measured: any batch is worth it"
                : String.format(Locale.ROOT, "%,.0f samples", noise.value());
    }

    private double noiseScale() {
        return noise.map(NoiseScale::value).orElse(Double.NaN);
    }

    private boolean finiteNoise() {
        return Double.isFinite(noiseScale()) && noiseScale() > 0;
    }

    /** 1, 2, 4 and so on, and how many were measured. */
    private IntStream rows() {
        return IntStream.concat(
                        IntStream.iterate(1, count -> count <= MOST_MACHINES, count -> 2 * count),
                        IntStream.of(machines))
                .sorted()
                .distinct();
    }

    /** What is not a finite number is left out. */
    Json json() {
        return new Json()
                .put("sampleMicros", model.sampleSeconds() * 1e6)
                .put("restMicros", model.restSeconds() * 1e6)
                .put("vectorBytes", (long) model.vectorBytes())
                .put("linkBytesPerSecond", model.bytesPerSecond())
                .put("latencyMicros", model.latencySeconds() * 1e6)
                .put("noiseScale", noiseScale())
                .putObjects("machines", rows().mapToObj(this::row).toList());
    }

    private Json row(int count) {
        Json row = new Json()
                .put("machines", count)
                .put("predictedSamplesPerSecond", model.samplesPerSecond(count, batch))
                .put("measuredSamplesPerSecond", count == machines ? samplesPerSecond : Double.NaN)
                .put("efficiency", model.speedUp(count, batch) / count);
        return finiteNoise()
                ? row.put("bestBatch", model.bestBatch(count, noiseScale()))
                        .put("gain", model.gain(count, noiseScale()))
                : row;
    }
}
