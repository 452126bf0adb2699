package dev.tutti.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.files.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A job that a client hands in reads where the operator allows it, and learns nothing else. */
class SubmittedSettingsTest {
    @TempDir
    private Path directory;

    private JobRoots roots;
    private Path secret;

    @BeforeEach
    void makeRoots() throws IOException {
        Path data = Files.createDirectories(directory.resolve("data/below"));
        Files.writeString(data.resolve("a.csv"), "x,y\n1,2\n");
        Files.createDirectory(directory.resolve("runs"));
        secret = Files.writeString(directory.resolve("secret.conf"), "lr = 1\n");
        roots = new JobRoots(directory.resolve("data"), directory.resolve("runs"));
    }

    @Test
    void shouldReadWhatAClientSends() {
        TrainingSettings read = submitted(Map.of("data", "below/a.csv", "target", "y", "lr", "0.5"));

        assertThat(read.data().source()).isEqualTo(real("data/below/a.csv"));
        assertThat(read.data().target()).contains("y");
        assertThat(read.optimizer())
                .isEqualTo(TrainingSettings.read(Map.of("data", "a", "lr", "0.5"), Optional.empty())
                        .optimizer());
        assertThat(read.out()).isEmpty();
        assertThat(read.in(Path.of("mine")).out()).contains(Path.of("mine"));
        assertThat(read.in(Path.of("mine")).in(Path.of("other"))).isEqualTo(read.in(Path.of("other")));
    }

    @Test
    void shouldTakeBuiltInData() {
        assertThat(submitted(Map.of("data", "digits")).data().source()).isEqualTo("digits");
    }

    /** What HOCON would put in is text here. */
    @ParameterizedTest
    @ValueSource(
            strings = {"${HOME}", "${?HOME}", "${user.home}", "include \"/etc/passwd\"", "include file(\"/etc/passwd\")"
            })
    void shouldTakeValuesAsTheyAre(String text) {
        assertThat(submitted(Map.of("data", "digits", "target", text)).data().target())
                .contains(text);
        assertThatThrownBy(() -> submitted(Map.of("data", "digits", "lr", text)))
                .isInstanceOf(InputException.class)
                .hasMessage("--lr: not a number: \"" + text + "\", allowed: above 0");
    }

    @ParameterizedTest
    @CsvSource({
        "data,../secret.conf",
        "data,../nothing.conf",
        "data,/etc/passwd",
        "data,/etc/nothing",
        "data,below/../../secret.conf",
        "data,../data/below/a.csv",
        "data,link/secret.conf",
        "data,link/nothing.conf",
        "data,straight",
        "data,dangling",
        "data,below/loop",
        "data,.",
        "data,below/link-up/../secret.conf",
        "labels,../secret.conf",
        "labels,/etc/passwd",
        "validation-data,../secret.conf",
        "init-weights,../../secret.conf",
        "init-weights,/etc/passwd",
    })
    void shouldKeepPathsBelowTheRoots(String key, String path) throws IOException {
        Files.createSymbolicLink(directory.resolve("data/link"), directory);
        Files.createSymbolicLink(directory.resolve("data/straight"), secret);
        Files.createSymbolicLink(directory.resolve("data/dangling"), directory.resolve("nothing"));
        Files.createSymbolicLink(directory.resolve("data/below/loop"), Path.of("loop"));
        Files.createSymbolicLink(directory.resolve("data/below/link-up"), Path.of(".."));
        Map<String, String> values = key.equals("data") ? Map.of(key, path) : Map.of("data", "digits", key, path);

        assertThatThrownBy(() -> submitted(values))
                .isInstanceOf(InputException.class)
                .hasMessage("--" + key + ": not below the directory that the service keeps for it: \"" + path
                        + "\", allowed: paths relative to that directory");
    }

    @Test
    void shouldFollowLinksThatStayInside() throws IOException {
        Files.createSymbolicLink(directory.resolve("data/inside"), Path.of("below"));
        Files.createSymbolicLink(directory.resolve("data/absolute"), directory.resolve("data/below"));

        for (String path : new String[] {"inside/a.csv", "absolute/a.csv", "./below/../inside/./a.csv"}) {
            assertThat(submitted(Map.of("data", path)).data().source()).as(path).isEqualTo(real("data/below/a.csv"));
        }
        String absolute = directory.resolve("data/inside/a.csv").toString();
        assertThat(submitted(Map.of("data", absolute)).data().source()).isEqualTo(real("data/below/a.csv"));
    }

    @Test
    void shouldNotTellWhereTheWorkingDirectoryIs() {
        JobRoots here = new JobRoots(Path.of("."), Path.of("runs"));

        TrainingSettings read = TrainingSettings.readSubmitted(Map.of("data", "a/../b.csv"), here);

        assertThat(read.data().source()).isEqualTo("b.csv");
    }

    @Test
    void shouldTakeWeightsOfEarlierRuns() {
        String model = directory.resolve("runs/one/model.safetensors").toString();

        assertThat(submitted(Map.of("data", "digits", "init-weights", model))
                        .network()
                        .initialWeights())
                .contains(Path.of(real("runs/one/model.safetensors")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "out",
                "json",
                "aeron-dir",
                "transport",
                "udp-mtu",
                "wait-workers",
                "coordinator-bind",
                "give-up",
            })
    void shouldRefuseWhatIsTheOperators(String key) {
        assertThatThrownBy(() -> submitted(Map.of("data", "digits", key, "x")))
                .hasMessage("--" + key + ": not for a job of the service; leave it out, as the service decides that");
    }

    @Test
    void shouldRefuseWhatIsNoSetting() {
        assertThatThrownBy(() -> submitted(Map.of("data", "digits", "resume", "runs/a")))
                .hasMessageStartingWith("--resume: unknown key");
    }

    /** Where a new setting is a path, somebody has to say what it may name. */
    @Test
    void shouldKnowOfEachPathWhatItMayName() {
        assertThat(TrainingSettings.SETTINGS.stream()
                        .filter(setting -> setting.label().matches("FILE|DIR|DATA")))
                .isNotEmpty()
                .allSatisfy(setting -> assertThat(setting.root()).isNotEqualTo(Setting.Root.NONE));
    }

    @Test
    void shouldTellAnotherProcessWhatIsGivenWithoutWhatAFileSaysOfWhoDoesTheWork() throws IOException {
        Path file = Files.writeString(
                directory.resolve("run.conf"), "hidden = [8, 4]\ntransport = udp\nout = x\nlr = 0.5\n");

        assertThat(TrainingSettings.given(Map.of("data", "iris", "lr", "0.1", "give-up", "3s"), Optional.of(file)))
                .isEqualTo(Map.of("data", "iris", "lr", "0.1", "hidden", "8,4", "give-up", "3s"));
    }

    private TrainingSettings submitted(Map<String, String> values) {
        return TrainingSettings.readSubmitted(values, roots);
    }

    private String real(String below) {
        try {
            return directory.toRealPath().resolve(below).toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
