package dev.tutti.config;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import dev.tutti.checkpoint.CheckpointSettings;
import dev.tutti.optim.Sgd;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes settings as HOCON, one key in each line. */
final class EffectiveConfig {
    private EffectiveConfig() {}

    static String of(TrainingSettings settings) {
        Map<String, Object> values = new LinkedHashMap<>();
        putData(values, settings.data());
        putNetwork(values, settings.network());
        values.put("optimizer", "sgd");
        values.put("lr", decimal(settings.optimizer().learningRate()));
        if (settings.optimizer() instanceof Sgd.Settings sgd) {
            values.put("momentum", decimal(sgd.momentum()));
        }
        values.put("epochs", settings.epochs());
        values.put("batch", settings.batch());
        values.put("segment", settings.segment());
        values.put("sync", settings.sync().id());
        values.put("seed", settings.seed());
        values.put("shuffle", settings.shuffle());
        values.put("dropout", decimal(settings.dropout()));
        putSafety(values, settings);
        putCluster(values, settings.cluster());
        settings.name().ifPresent(value -> values.put("name", value));
        values.put("metrics-per-step", settings.metricsPerStep());
        return values.entrySet().stream()
                .map(entry -> entry.getKey() + " = "
                        + ConfigValueFactory.fromAnyRef(entry.getValue()).render(ConfigRenderOptions.concise()) + "\n")
                .collect(Collectors.joining());
    }

    private static void putData(Map<String, Object> values, DataSettings data) {
        values.put("data", data.source());
        data.format().ifPresent(value -> values.put("format", value.id()));
        values.put("header", data.header().id());
        data.labels().ifPresent(value -> values.put("labels", value.toString()));
        data.task().ifPresent(value -> values.put("task", value.id()));
        data.target().ifPresent(value -> values.put("target", value));
        values.put("scale", data.scale().id());
        if (data.validationSource().isPresent()) {
            values.put("validation-data", data.validationSource().get());
        } else {
            values.put("validation", data.validation());
        }
    }

    private static void putNetwork(Map<String, Object> values, NetworkSettings network) {
        values.put("hidden", network.hidden().isEmpty() ? "none" : network.hidden());
        values.put("activation", network.activation().id());
        network.loss().ifPresent(value -> values.put("loss", value.id()));
        if (network.initialWeights().isPresent()) {
            values.put("init-weights", network.initialWeights().get().toString());
        } else {
            values.put("init", network.initialization().id());
        }
        values.put("init-value", decimal(network.initialValue()));
    }

    private static void putSafety(Map<String, Object> values, TrainingSettings settings) {
        CheckpointSettings checkpoints = settings.checkpoints();
        values.put("on-divergence", settings.onDivergence().id());
        if (checkpoints.steps() > 0) {
            values.put("checkpoint-steps", checkpoints.steps());
        }
        values.put("checkpoint-seconds", checkpoints.interval().toNanos() / 1e9);
        values.put("checkpoint-keep", checkpoints.keep());
    }

    private static void putCluster(Map<String, Object> values, ClusterSettings cluster) {
        if (cluster.embedded()) {
            values.put("workers", cluster.workers());
        } else {
            values.put("wait-workers", cluster.waitWorkers());
            cluster.coordinatorBind().ifPresent(value -> values.put("coordinator-bind", value.toString()));
        }
        cluster.placement().ifPresent(value -> values.put("placement", value.id()));
        values.put("transport", cluster.transport().id());
        values.put("give-up", cluster.giveUp().toMillis() + "ms");
        cluster.aeronDirectory().ifPresent(value -> values.put("aeron-dir", value.toString()));
    }

    /** The shortest decimal number that reads as this float again. */
    private static double decimal(float value) {
        return Double.parseDouble(Float.toString(value));
    }
}
