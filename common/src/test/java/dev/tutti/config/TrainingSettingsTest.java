package dev.tutti.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.data.Header;
import dev.tutti.data.Scale;
import dev.tutti.files.InputException;
import dev.tutti.model.Activation;
import dev.tutti.model.Initialization;
import dev.tutti.model.Loss;
import dev.tutti.optim.AdamW;
import dev.tutti.optim.OptimizerSettings;
import dev.tutti.optim.Sgd;
import dev.tutti.train.LocalSteps;
import dev.tutti.train.Sync;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TrainingSettingsTest {
    @TempDir
    private Path directory;

    @Test
    void shouldHaveTheDocumentedDefaults() {
        TrainingSettings settings = read(Map.of("data", "digits"));

        assertThat(settings.network().hidden()).containsExactly(64);
        assertThat(settings.network().activation()).isEqualTo(Activation.RELU);
        assertThat(settings.network().initialization()).isEqualTo(Initialization.HE);
        assertThat(settings.network().loss()).isEmpty();
        assertThat(settings.optimizer()).isEqualTo(new Sgd.Settings(0.1f, 0));
        assertThat(settings.epochs()).isEqualTo(10);
        assertThat(settings.batch()).isEqualTo(64);
        assertThat(settings.segment()).isEqualTo(16);
        assertThat(settings.sync()).isEqualTo(Sync.STEP);
        assertThat(settings.seed()).isEqualTo(1);
        assertThat(settings.shuffle()).isTrue();
        assertThat(settings.dropout()).isZero();
        assertThat(settings.data().validation()).isEqualTo(0.2);
        assertThat(settings.data().scale()).isEqualTo(Scale.STANDARDIZE);
        assertThat(settings.data().header()).isEqualTo(Header.AUTO);
        assertThat(settings.cluster().workers()).isEmpty();
        assertThat(settings.cluster().embedded()).isTrue();
    }

    @Test
    void shouldPreferCommandLineToFileToDefaults() throws IOException {
        Path file = file("data = iris\nbatch = 16\nepochs = 3\nhidden = [8, 4]\nshuffle = off");

        TrainingSettings settings = TrainingSettings.read(Map.of("epochs", "7"), Optional.of(file));

        assertThat(settings.epochs()).isEqualTo(7);
        assertThat(settings.batch()).isEqualTo(16);
        assertThat(settings.network().hidden()).containsExactly(8, 4);
        assertThat(settings.shuffle()).isFalse();
        assertThat(settings.optimizer().learningRate()).isEqualTo(0.1f);
    }

    @ParameterizedTest
    @EnumSource
    void shouldReadEachOptimizerFromItsOwnConfiguration(OptimizerSettings.Kind kind) throws IOException {
        TrainingSettings settings = read(Map.of("data", "iris", "optimizer", kind.id(), "lr", "0.25"));

        TrainingSettings again = TrainingSettings.read(Map.of(), Optional.of(file(settings.toConfig())));

        assertThat(settings.optimizer().kind()).isEqualTo(kind);
        assertThat(again.optimizer()).isEqualTo(settings.optimizer());
    }

    @Test
    void shouldRefuseTheSettingsOfAnotherOptimizer() {
        assertThatThrownBy(() -> read(Map.of("data", "iris", "optimizer", "adam", "momentum", "0.9")))
                .isInstanceOf(InputException.class)
                .hasMessage("--momentum: not a setting of the optimizer adam");
    }

    @Test
    void shouldRefuseWhatAScheduleDoesNotHave() {
        assertThatThrownBy(() -> read(Map.of("data", "iris", "schedule-factor", "0.5", "schedule", "cosine")))
                .isInstanceOf(InputException.class)
                .hasMessage("--schedule-factor: not a setting of the schedule cosine");
        assertThatThrownBy(() -> read(Map.of("data", "iris", "schedule-epochs", "5")))
                .isInstanceOf(InputException.class)
                .hasMessage("--schedule-epochs: not a setting of the schedule constant");
        assertThatThrownBy(() -> read(Map.of("data", "iris", "early-stopping", "5", "validation", "0")))
                .isInstanceOf(InputException.class)
                .hasMessage("--early-stopping: needs validation samples; give a share to validation");
    }

    @Test
    void shouldDecayWeightsApartFromTheGradientWithAdamWAlone() {
        TrainingSettings sgd = read(Map.of("data", "iris", "weight-decay", "0.1"));
        assertThat(sgd.refinements().update().weightDecay()).isEqualTo(0.1f);
        TrainingSettings adamW = read(Map.of("data", "iris", "weight-decay", "0.1", "optimizer", "adamw"));
        assertThat(adamW.refinements().update().weightDecay()).isZero();
        assertThat(((AdamW.Settings) adamW.optimizer()).weightDecay()).isEqualTo(0.1f);
    }

    @Test
    void shouldInitializeByActivation() {
        assertThat(read(Map.of("data", "iris", "activation", "tanh")).network().initialization())
                .isEqualTo(Initialization.XAVIER);
        assertThat(read(Map.of("data", "iris", "activation", "tanh", "init", "he"))
                        .network()
                        .initialization())
                .isEqualTo(Initialization.HE);
    }

    @Test
    void shouldTakeNoHiddenLayer() {
        assertThat(read(Map.of("data", "iris", "hidden", "none")).network().hidden())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hidden|0|--hidden: out of range: \"0\", allowed: whole numbers from 1",
                "hidden|8,,4|--hidden: not a whole number: \"\"",
                "hidden|8,x|--hidden: not a whole number: \"x\"",
                "activation|softmax|--activation: not for hidden layers: \"softmax\"",
                "activation|swish|--activation: unknown value: \"swish\", allowed: identity, sigmoid",
                "loss|mse|--loss: unknown value: \"mse\", allowed: squared_error",
                "optimizer|lion|--optimizer: unknown value: \"lion\", allowed: sgd",
                "lr|0|--lr: out of range: \"0\", allowed: above 0",
                "lr|-1|--lr: out of range: \"-1\", allowed: above 0",
                "lr|NaN|--lr: out of range: \"NaN\", allowed: above 0",
                "lr|1e-60|--lr: out of range: \"1e-60\", allowed: above 0",
                "lr|fast|--lr: not a number: \"fast\", allowed: above 0",
                "schedule|linear|--schedule: unknown value: \"linear\", allowed: constant, step, exponential, cosine,",
                "warmup|100%|--warmup: no number of steps: \"100%\", allowed: a whole number, or a share such as 5%",
                "schedule-factor|0|--schedule-factor: out of range: \"0\", allowed: above 0, at most 1",
                "schedule-epochs|0|--schedule-epochs: out of range: \"0\"",
                "l1|-1|--l1: out of range: \"-1\", allowed: 0 or more",
                "l2|NaN|--l2: out of range: \"NaN\", allowed: 0 or more",
                "max-norm|-2|--max-norm: out of range: \"-2\", allowed: 0 (no limit) or more",
                "clip-norm|x|--clip-norm: not a number: \"x\", allowed: 0 (no limit) or more",
                "clip-per-sample|-1|--clip-per-sample: out of range: \"-1\", allowed: 0 (no limit) or more",
                "early-stopping|-1|--early-stopping: out of range: \"-1\", allowed: whole numbers from 0",
                "weight-decay|-1|--weight-decay: out of range: \"-1\", allowed: 0 or more",
                "momentum|1|--momentum: out of range: \"1\", allowed: 0 to below 1",
                "dropout|1|--dropout: out of range: \"1\", allowed: 0 to below 1",
                "dropout|0.99999999|--dropout: out of range: \"0.99999999\", allowed: 0 to below 1",
                "dropout|-0.1|--dropout: out of range: \"-0.1\", allowed: 0 to below 1",
                "dropout|half|--dropout: not a number: \"half\", allowed: 0 to below 1",
                "input-dropout|1|--input-dropout: out of range: \"1\", allowed: 0 to below 1",
                "epochs|0|--epochs: out of range: \"0\"",
                "batch|0|--batch: out of range: \"0\", allowed: whole numbers from 1",
                "batch|-64|--batch: out of range: \"-64\"",
                "batch|3000000000|--batch: out of range: \"3000000000\"",
                "batch|1.5|--batch: not a whole number: \"1.5\"",
                "segment|0|--segment: out of range: \"0\"",
                "wire|float16|--wire: unknown value: \"float16\", allowed: float32, bfloat16",
                "sync|async|--sync: unknown value: \"async\", allowed: step, epoch, local",
                "replicas|0|--replicas: needs sync local",
                "local-steps|5|--local-steps: needs sync local; give it or leave this out",
                "seed|1.5|--seed: not a whole number: \"1.5\"",
                "shuffle|maybe|--shuffle: unknown value: \"maybe\", allowed: on, off",
                "validation|1|--validation: out of range: \"1\", allowed: 0 to below 1",
                "validation|-0.1|--validation: out of range: \"-0.1\"",
                "scale|log|--scale: unknown value: \"log\", allowed: standardize, minmax, none",
                "workers|0|--workers: out of range: \"0\"",
                "workers|1025|--workers: out of range: \"1025\", allowed: whole numbers from 1 to 1024",
                "init|zeros|--init: unknown value: \"zeros\", allowed: xavier, he, normal, constant",
                "quantile|1|--quantile: out of range: \"1\", allowed: above 0, below 1",
                "quantile|0.5|--quantile: not a setting of the loss that follows from the data",
                "tweedie-power|2|--tweedie-power: out of range: \"2\", allowed: above 1, below 2",
                "label-smoothing|1|--label-smoothing: out of range: \"1\", allowed: 0 to below 1",
                "init-value|Infinity|--init-value: out of range: \"Infinity\"",
                "placement|here|--placement: unknown value: \"here\", allowed: replicate, stream",
                "transport|rdma|--transport: unknown value: \"rdma\", allowed: auto, ipc, udp, tcp",
                "coordinator-bind|:1|--coordinator-bind: not an address: \":1\"",
                "name|a/b|--name: unknown value: \"a/b\"",
                "give-up|soon|--give-up: not a time: \"soon\"",
                "give-up|0s|--give-up: out of range: \"0s\"",
                "give-up|400d|--give-up: out of range: \"400d\", allowed: above 0, such as 60s, up to 365d",
                "split-seed|x|--split-seed: not a whole number: \"x\"",
                "nonsense|1|--nonsense: unknown key, allowed: activation,",
                "out|''|--out: empty",
            })
    void shouldNameKeyValueAndWhatIsAllowed(String key, String value, String message) {
        Map<String, String> values = new LinkedHashMap<>(Map.of("data", "digits", key, value));
        if (key.equals("coordinator-bind")) {
            values.put("wait-workers", "1");
        }

        assertThatThrownBy(() -> read(values))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(message)
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bacth = 3|line 2: bacth: unknown key, allowed: activation,",
                "lr = -3|line 2: lr: out of range: \"-3\", allowed: above 0",
                "hidden = [64, 0]|line 2: hidden: out of range: \"0\"",
                "batch { size = 3 }|line 2: batch: a value is needed here, not an object",
                "batch = = 3|configuration file is not valid HOCON: ",
                "batch = ${nowhere}|configuration file is not valid HOCON: ",
            })
    void shouldNameFileAndLine(String line, String message) throws IOException {
        Path file = file("data = digits\n" + line);

        assertThatThrownBy(() -> TrainingSettings.read(Map.of(), Optional.of(file)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("run.conf");
    }

    @ParameterizedTest
    @CsvSource({
        "workers,2,wait-workers,2",
        "validation,0.1,validation-data,other.csv",
        "init,he,init-weights,w.safetensors"
    })
    void shouldRefuseWhatDoesNotGoTogether(String one, String value, String other, String otherValue) {
        assertThatThrownBy(() -> read(Map.of("data", "digits", one, value, other, otherValue)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("--" + other + ": does not go with " + one);
    }

    @Test
    void shouldRefuseDropoutWithoutHiddenUnits() {
        assertThatThrownBy(() -> read(Map.of("data", "digits", "hidden", "none", "dropout", "0.5")))
                .isInstanceOf(InputException.class)
                .hasMessage("--dropout: needs hidden layers, whose units it leaves out; give sizes to hidden");
        assertThat(read(Map.of("data", "digits", "hidden", "none", "dropout", "0"))
                        .dropout())
                .isZero();
    }

    @Test
    void shouldHaveReplicasWithSyncLocal() {
        assertThat(read(Map.of("data", "digits")).local()).isEqualTo(LocalSteps.NONE);
        assertThat(read(Map.of("data", "digits", "sync", "local")).local()).isEqualTo(LocalSteps.DEFAULT);
        assertThat(read(Map.of("data", "digits", "sync", "local", "replicas", "7", "local-steps", "9"))
                        .local())
                .isEqualTo(new LocalSteps(7, 9));
        assertThatThrownBy(() -> read(Map.of("data", "digits", "sync", "local", "replicas", "0")))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("--replicas: out of range: \"0\"");
        assertThatThrownBy(() -> read(Map.of("data", "digits", "sync", "local", "segment", "8")))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "--segment: does not go with sync local, where the steps of a replica are the smallest piece of"
                                + " work; leave it out");
    }

    @Test
    void shouldPreferTheCommandLineWhereTheFileSaysOtherwise() throws IOException {
        Path file = file("data = digits\nworkers = 2\nvalidation = 0.1\ninit = he\n");
        Map<String, String> other =
                Map.of("wait-workers", "3", "validation-data", "more.csv", "init-weights", "w.safetensors");

        TrainingSettings settings = TrainingSettings.read(other, Optional.of(file));

        assertThat(settings.cluster().waitWorkers()).isEqualTo(3);
        assertThat(settings.data().validation()).isZero();
        assertThat(settings.data().validationSource()).contains("more.csv");
        assertThat(settings.network().initialWeights()).contains(Path.of("w.safetensors"));

        Path opposite = file("data = digits\nwait-workers = 3\ncoordinator-bind = \"h:1\"\n");

        assertThat(TrainingSettings.read(Map.of("workers", "2"), Optional.of(opposite))
                        .cluster()
                        .embedded())
                .isTrue();
    }

    @Test
    void shouldSplitByASeedOfItsOwn() {
        assertThat(read(Map.of("data", "digits", "seed", "7")).data().splitSeed())
                .isEqualTo(1);
        assertThat(read(Map.of("data", "digits", "split-seed", "7")).data().splitSeed())
                .isEqualTo(7);
        assertThat(read(Map.of("data", "digits", "split-seed", "7")).seed()).isEqualTo(1);
    }

    @Test
    void shouldGoOnWithTheSplitOfARunThatHadOneSeed() throws IOException {
        Path old = file("data = digits\nseed = 7\n");
        assertThat(TrainingSettings.resume(Map.of(), old).data().splitSeed()).isEqualTo(7);

        Path later = file("data = digits\nseed = 7\nsplit-seed = 3\n");
        assertThat(TrainingSettings.resume(Map.of(), later).data().splitSeed()).isEqualTo(3);
    }

    @Test
    void shouldRefuseToChangeTheBitsOfARunThatGoesOn() throws IOException {
        Path file = file("data = digits\nworkers = 2\n");

        assertThatThrownBy(() -> TrainingSettings.resume(Map.of("split-seed", "2"), file))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(
                        "--split-seed: not to be changed in a run that goes on; allowed beside --resume:"
                                + " --aeron-dir, --averaging, --checkpoint-keep,");
        assertThat(TrainingSettings.resume(Map.of("wait-workers", "3"), file)
                        .cluster()
                        .waitWorkers())
                .isEqualTo(3);
        Path processes = file("data = digits\nwait-workers = 3\ncoordinator-bind = \"h:1\"\n");
        assertThat(TrainingSettings.resume(Map.of("workers", "2"), processes)
                        .cluster()
                        .embedded())
                .isTrue();
    }

    /** Whatever is given for a setting, it is a value or a problem that names the option. */
    @Test
    void shouldTakeOrRefuseExtremeValues() {
        List<String> extremes = List.of(
                "2147483647",
                "2147483648",
                "-2147483648",
                "9223372036854775807",
                "9223372036854775808",
                "1e308",
                "-0.0",
                "4.9e-324",
                "1e999",
                "NaN",
                "\0",
                "99999999999999999999d",
                "9223372036854775807s",
                "0",
                "none",
                "[",
                "a:b:c",
                "true",
                ",,,",
                " ",
                "\uD800");
        int taken = 0;
        for (Setting<?> setting : TrainingSettings.SETTINGS) {
            for (String extreme : extremes) {
                Map<String, String> given = new LinkedHashMap<>(Map.of("data", "digits"));
                given.put(setting.key(), extreme);
                try {
                    TrainingSettings settings = read(given);
                    assertThat(settings.segment()).isPositive();
                    assertThat(settings.cluster().giveUp().toNanos()).isPositive();
                    assertThat(settings.checkpoints().interval().toNanos()).isPositive();
                    taken++;
                } catch (InputException e) {
                    assertThat(e.getMessage()).startsWith("--" + setting.key() + ": ");
                }
            }
        }
        assertThat(taken).isGreaterThan(50);
    }

    /** The words for a default that are a value stand for that value. */
    @Test
    void shouldSayTheDefaultThatItHas() throws Form.BadValueException {
        int checked = 0;
        for (List<Setting<?>> settings :
                List.of(TrainingSettings.SETTINGS, ServiceSettings.SETTINGS, WorkerSettings.SETTINGS)) {
            for (Setting<?> setting : settings) {
                if (setting.fallback().isPresent() && !setting.fallbackText().startsWith("the ")) {
                    assertThat((Object) setting.form().parser().parse(setting.fallbackText()))
                            .as(setting.key())
                            .isEqualTo(setting.fallback().get());
                    checked++;
                }
            }
        }
        assertThat(checked).isGreaterThan(20);
    }

    @Test
    void shouldAskForData() {
        assertThatThrownBy(() -> read(Map.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("tutti train digits");
    }

    @Test
    void shouldReadItsOwnEffectiveConfiguration() throws IOException {
        List<Map<String, String>> runs = List.of(
                Map.of("data", "digits"),
                Map.of("data", "a b\"c.csv", "hidden", "none", "lr", "0.3", "momentum", "0.9", "header", "on"),
                Map.of("data", "x", "hidden", "8,4", "dropout", "0.3", "init", "constant", "init-value", "-0.25"),
                Map.of("data", "x", "seed", "-7"),
                Map.of("data", "x", "loss", "quantile", "quantile", "0.9"),
                Map.of("data", "x", "loss", "tweedie"),
                Map.of("data", "x", "loss", "cross_entropy", "label-smoothing", "0.1"),
                Map.of(
                        "data",
                        "x",
                        "schedule",
                        "plateau",
                        "warmup",
                        "7.25%",
                        "l1",
                        "0.1",
                        "early-stopping",
                        "patience=4"),
                Map.of("data", "x", "schedule", "one-cycle", "clip-norm", "2", "weight-decay", "0.01"),
                Map.of("data", "x", "schedule", "step", "warmup", "20", "optimizer", "adamw", "clip-per-sample", "1"),
                Map.of("data", "x", "sync", "local", "batch", "16", "replicas", "5", "local-steps", "40"),
                Map.of("data", "x", "wait-workers", "3", "coordinator-bind", "10.0.0.5:4000", "placement", "stream"),
                Map.of(
                        "data",
                        "x",
                        "validation-data",
                        "y.csv",
                        "init-weights",
                        "/w",
                        "target",
                        "3",
                        "task",
                        "regression"),
                Map.of("data", "x.gz", "format", "idx", "labels", "/l", "name", "n", "metrics-per-step", "true"));
        for (Map<String, String> given : runs) {
            Loss loss = read(given).network().loss().orElse(Loss.SQUARED_ERROR);
            TrainingSettings settings = read(given).resolved(loss, given.get("data"), Optional.empty());
            if (given.containsKey("validation-data")) {
                settings = settings.resolved(Loss.SQUARED_ERROR, "x", Optional.of("y.csv"));
            }

            TrainingSettings again = TrainingSettings.read(Map.of(), Optional.of(file(settings.toConfig())));

            assertThat(again).as(settings.toConfig()).isEqualTo(settings);
        }
    }

    @Test
    void shouldKeepOutOfTheEffectiveConfigurationWhatConcernsOneRun() {
        TrainingSettings settings = read(Map.of("data", "digits", "out", "there", "json", "true"));

        assertThat(settings.toConfig()).doesNotContain("there").doesNotContain("json");
    }

    private static TrainingSettings read(Map<String, String> commandLine) {
        return TrainingSettings.read(commandLine, Optional.empty());
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("run.conf"), text);
    }
}
