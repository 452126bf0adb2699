package dev.tutti.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

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

/** A job that another machine hands in reads and writes where the operator allows it, and learns nothing else. */
class SubmittedSettingsTest {
    private static final String SECRET = "hunter2-of-the-operator";

    @TempDir
    private Path directory;

    private JobRoots roots;
    private Path secret;

    @BeforeEach
    void makeRoots() throws IOException {
        Path data = Files.createDirectories(directory.resolve("data/below"));
        Files.writeString(data.resolve("a.csv"), "x,y\n1,2\n");
        Files.createDirectory(directory.resolve("runs"));
        secret = Files.writeString(directory.resolve("secret.conf"), "lr = \"" + SECRET + "\"\n");
        roots = new JobRoots(directory.resolve("data"), directory.resolve("runs"));
    }

    @Test
    void shouldReadWhatAClientSends() {
        TrainingSettings sent = TrainingSettings.read(
                Map.of("data", "below/a.csv", "target", "y", "lr", "0.5", "out", "mine"), Optional.empty());

        TrainingSettings read = TrainingSettings.readSubmitted(sent.toSubmission(), roots);

        assertThat(read.data().source()).isEqualTo(real("data/below/a.csv"));
        assertThat(read.data().target()).contains("y");
        assertThat(read.optimizer()).isEqualTo(sent.optimizer());
        assertThat(read.out()).contains(Path.of(real("runs/mine")));
        assertThat(read.json()).isTrue();
    }

    @Test
    void shouldTakeBuiltInData() {
        assertThat(TrainingSettings.readSubmitted("data = digits", roots).data().source())
                .isEqualTo("digits");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lr = ${HOME}",
                "lr = ${?HOME}",
                "lr = ${PATH}",
                "lr = ${user.home}",
                "name = ${?USER}x",
                "name = ${java.io.tmpdir}",
                "hidden = [${PATH}]",
                "epochs = 5\nlr = ${epochs}",
            })
    void shouldNotResolveTheEnvironment(String line) {
        assertThatThrownBy(() -> TrainingSettings.readSubmitted("data = digits\n" + line, roots))
                .isInstanceOf(InputException.class)
                .hasMessage("submitted job: has a substitution, ${...}; allowed: values only");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"file(\"%s\")", "url(\"file:%s\")", "\"%s\"", "required(file(\"%s\"))", "classpath(\"%s\")"})
    void shouldNotInclude(String form) {
        String include = "include " + String.format(form, secret);

        Throwable thrown =
                catchThrowable(() -> TrainingSettings.readSubmitted("data = digits\n" + include + "\n", roots));

        assertThat(thrown)
                .isInstanceOf(InputException.class)
                .hasMessage("submitted job: has an include; allowed: values only");
    }

    @Test
    void shouldRefuseNestingThatExhaustsTheStack() {
        assertThatThrownBy(() -> TrainingSettings.readSubmitted("data = " + "[".repeat(200_000), roots))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("submitted job: not valid HOCON: ");
        assertThatThrownBy(() -> TrainingSettings.readSubmitted("#".repeat(1 << 20), roots))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("submitted job: too long: 1048576 characters");
    }

    @Test
    void shouldNameTheLineOfAValue() {
        assertThatThrownBy(() -> TrainingSettings.readSubmitted("data = digits\nlr = -1\n", roots))
                .isInstanceOf(InputException.class)
                .hasMessage("submitted job, line 2: lr: out of range: \"-1\", allowed: above 0");
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
        "out,../elsewhere",
        "out,/elsewhere",
        "out,.",
    })
    void shouldKeepPathsBelowTheRoots(String key, String path) throws IOException {
        Files.createSymbolicLink(directory.resolve("data/link"), directory);
        Files.createSymbolicLink(directory.resolve("data/straight"), secret);
        Files.createSymbolicLink(directory.resolve("data/dangling"), directory.resolve("nothing"));
        Files.createSymbolicLink(directory.resolve("data/below/loop"), Path.of("loop"));
        Files.createSymbolicLink(directory.resolve("data/below/link-up"), Path.of(".."));
        String text = (key.equals("data") ? "" : "data = digits\n") + key + " = \"" + path + "\"";

        assertThatThrownBy(() -> TrainingSettings.readSubmitted(text, roots))
                .isInstanceOf(InputException.class)
                .hasMessage("submitted job, line " + (key.equals("data") ? 1 : 2) + ": " + key
                        + ": not below the directory that the coordinator keeps for it: \"" + path
                        + "\", allowed: paths relative to that directory");
    }

    @Test
    void shouldFollowLinksThatStayInside() throws IOException {
        Files.createSymbolicLink(directory.resolve("data/inside"), Path.of("below"));
        Files.createSymbolicLink(directory.resolve("data/absolute"), directory.resolve("data/below"));

        for (String path : new String[] {"inside/a.csv", "absolute/a.csv", "./below/../inside/./a.csv"}) {
            assertThat(submitted("data = \"" + path + "\"").data().source())
                    .as(path)
                    .isEqualTo(real("data/below/a.csv"));
        }
        String absolute = directory.resolve("data/inside/a.csv").toString();
        assertThat(submitted("data = \"" + absolute + "\"").data().source()).isEqualTo(real("data/below/a.csv"));
    }

    @Test
    void shouldNotTellWhereTheWorkingDirectoryIs() {
        JobRoots here = new JobRoots(Path.of("."), Path.of("runs"));

        TrainingSettings read = TrainingSettings.readSubmitted("data = \"a/../b.csv\"\nout = x", here);

        assertThat(read.data().source()).isEqualTo("b.csv");
        assertThat(read.out()).contains(Path.of("runs", "x"));
    }

    @Test
    void shouldTakeWeightsOfEarlierRuns() {
        String model = directory.resolve("runs/one/model.safetensors").toString();

        assertThat(submitted("data = digits\ninit-weights = \"" + model + "\"")
                        .network()
                        .initialWeights())
                .contains(Path.of(real("runs/one/model.safetensors")));
    }

    @Test
    void shouldRefuseWhatIsTheCoordinators() {
        assertThatThrownBy(() -> submitted("data = digits\naeron-dir = \"/tmp/a\""))
                .hasMessage(
                        "submitted job, line 2: aeron-dir: not for a submitted job; it is an option of the coordinator");
        assertThatThrownBy(() -> submitted("data = digits\nresume = \"runs/a\""))
                .hasMessageStartingWith("submitted job, line 2: resume: unknown key");
    }

    private TrainingSettings submitted(String text) {
        return TrainingSettings.readSubmitted(text, roots);
    }

    private String real(String below) {
        try {
            return directory.toRealPath().resolve(below).toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
