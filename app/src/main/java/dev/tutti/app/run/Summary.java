package dev.tutti.app.run;

import dev.tutti.app.advice.ClusterGain;
import dev.tutti.app.console.ProgressLine;
import dev.tutti.app.console.Version;
import dev.tutti.app.prediction.QualityReport;
import dev.tutti.config.Environment;
import dev.tutti.data.DataSchema;
import dev.tutti.data.DataSplit;
import dev.tutti.data.Dataset;
import dev.tutti.data.Fingerprint;
import dev.tutti.files.Json;
import dev.tutti.kernel.Kernels;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.WeightsHash;
import dev.tutti.train.EpochMetrics;
import dev.tutti.train.Quality;
import dev.tutti.train.Sync;
import dev.tutti.train.TrainingResult;
import dev.tutti.train.TrainingSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The outcome of a run, for programs and for people.
 *
 * @param run what was trained
 * @param result the outcome
 * @param model file of the model
 * @param skippedSteps number of steps whose update was left out
 * @param gain what a cluster of processes brought, where there was one
 */
record Summary(PreparedRun run, TrainingResult result, Path model, long skippedSteps, Optional<ClusterGain> gain) {
    /** Key of the {@link Fingerprint} of other data that a run was validated with, as it entered the network. */
    static final String VALIDATION_SHA256 = "validationSha256";

    /** Most classes of which each has metrics of its own. */
    private static final int MOST_CLASSES = 1000;

    /** Most outputs, of all samples together, that are kept and sorted. */
    private static final long MOST_OUTPUTS = 20_000_000;

    /** Returns {@code summary.json}, in one line. docs/commands.md lists the keys. */
    String json() {
        TrainingSpec spec = run.job().spec();
        NetworkSpec network = spec.network();
        EpochMetrics last = result.last();
        DataSplit split = run.data().preprocessing().split();
        Json json = new Json()
                .put("name", run.job().name())
                .put("data", run.settings().data().source())
                .put("dataSha256", split.dataSha256());
        if (split.kind() == DataSplit.Kind.FILE) {
            json.put(VALIDATION_SHA256, Fingerprint.sha256(run.job().validation()));
        }
        json.put("network", network.shape())
                .put("loss", network.loss().id())
                .put("seed", spec.seed())
                .put("wire", spec.wire().id())
                .put("sync", spec.sync().id());
        if (spec.sync() == Sync.LOCAL) {
            json.put("replicas", spec.local().replicas()).put("localSteps", spec.stepsOfReplica());
        }
        json.put("weightsSha256", weightsSha256())
                .put("epochs", last.epoch())
                .put("steps", last.steps())
                .put("samples", last.samples());
        if (result.bestEpoch() > 0) {
            json.put("bestEpoch", result.bestEpoch());
        }
        if (skippedSteps > 0) {
            json.put("skippedSteps", skippedSteps);
        }
        qualityOf(run.job().validation())
                .ifPresent(quality -> json.putObject("validation", QualityReport.whole(quality, classNames())));
        qualityOf(run.data().test())
                .ifPresent(quality -> json.putObject("test", QualityReport.whole(quality, classNames())));
        json.put("learningRate", last.learningRate())
                .put("trainLoss", last.trainLoss())
                .put("trainAccuracy", last.trainAccuracy())
                .put("validationLoss", last.validationLoss())
                .put("validationRmse", last.validationRmse())
                .put("accuracy", accuracy())
                .put("seconds", last.seconds())
                .put("samplesPerSecond", last.samples() / last.seconds())
                .put("workers", result.workers());
        gain.ifPresent(found -> json.putObject(
                "cluster",
                new Json()
                        .put("processes", found.processes())
                        .put("speedUp", found.speedUp())
                        .put("waitingShare", found.waitingShare())
                        .put("limit", found.limit().id())));
        return json.put("model", model.toString())
                .put("kernel", Kernels.create(network, 1).description())
                .put("jdk", Environment.javaVersion())
                .put("machine", Environment.machine())
                .put("tutti", Version.text())
                .line();
    }

    /** Left out where it would take longer and more memory than one waits for at the end of a training. */
    private Optional<Quality> qualityOf(Dataset samples) {
        int classes = classNames().size();
        boolean much = classes > MOST_CLASSES || (long) samples.samples() * Math.max(1, classes) > MOST_OUTPUTS;
        return samples.samples() == 0 || much
                ? Optional.empty()
                : Optional.of(Quality.of(
                        run.job().spec().network(),
                        result.parameters(),
                        samples,
                        run.job().targetUnit()));
    }

    private List<String> classNames() {
        return run.data().preprocessing().schema().classNames();
    }

    private static String test(Quality quality) {
        return quality.classes()
                        .map(metrics -> "test accuracy " + ProgressLine.accuracy(metrics.accuracy()))
                        .orElse("")
                + quality.numbers()
                        .map(metrics -> String.format(
                                Locale.ROOT,
                                "test root mean squared error %.4g, R^2 %.4g",
                                metrics.rmse(),
                                metrics.r2()))
                        .orElse("")
                + ", test loss " + ProgressLine.loss(quality.meanLoss());
    }

    private String weightsSha256() {
        return WeightsHash.sha256(run.job().spec().network(), result.parameters());
    }

    /** On the validation samples where there are some, else on the training samples. */
    private double accuracy() {
        EpochMetrics last = result.last();
        return run.job().validation().samples() > 0 ? last.validationAccuracy() : last.trainAccuracy();
    }

    /** Returns a few lines for people. */
    String forPeople(String shownModel) {
        EpochMetrics last = result.last();
        DataSchema schema = run.data().preprocessing().schema();
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "trained in %.2f s: %d epochs, %d %s, %s, %s%n",
                last.seconds(),
                last.epoch(),
                last.steps(),
                run.job().spec().sync() == Sync.LOCAL ? "rounds" : "steps",
                ProgressLine.rate(last.samples() / last.seconds()),
                ProgressLine.workers(result.workers())));
        if (result.bestEpoch() > 0) {
            text.append(
                    String.format(Locale.ROOT, "best after epoch %d: these weights are kept%n", result.bestEpoch()));
        }
        gain.ifPresent(found -> text.append(found.line()).append(System.lineSeparator()));
        String of = run.job().validation().samples() > 0 ? "validation " : "training ";
        if (!Double.isNaN(accuracy())) {
            text.append(of)
                    .append("accuracy ")
                    .append(ProgressLine.accuracy(accuracy()))
                    .append(", ");
        }
        double loss = run.job().validation().samples() > 0 ? last.validationLoss() : last.trainLoss();
        text.append(of).append("loss ").append(ProgressLine.loss(loss));
        if (!Double.isNaN(last.validationRmse())) {
            String unit = schema.targetName().isEmpty() ? "the target" : schema.targetName();
            text.append(
                    String.format(Locale.ROOT, ", root mean squared error %.4g of %s", last.validationRmse(), unit));
        }
        text.append(System.lineSeparator());
        qualityOf(run.data().test())
                .ifPresent(quality -> text.append(test(quality)).append(System.lineSeparator()));
        text.append("model    ").append(shownModel).append(System.lineSeparator());
        text.append("weights  sha256 ").append(weightsSha256()).append(System.lineSeparator());
        return text.toString();
    }
}
