package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The launcher and the distribution, as real processes. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LauncherIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long PATIENCE_SECONDS = 60;
    private static final String[] TRAIN_FOR_EVER = {"train", "digits", "--epochs", "1000000", "--out", "run"};

    @TempDir
    private Path directory;

    private Process process;

    @AfterEach
    void endProcess() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @Test
    void shouldTrainDigits() throws Exception {
        int code = run(checkout(), "train", "digits", "--json");

        assertThat(code).as(err()).isZero();
        assertThat(err()).contains("epoch 10/10").doesNotContain("WARNING").doesNotContain("\u001b");
        JsonNode summary = JSON.readTree(out().lines().reduce((a, b) -> b).orElseThrow());
        assertThat(summary.get("accuracy").asDouble()).isGreaterThan(0.9);
        assertThat(summary.get("weightsSha256").asText()).matches("[0-9a-f]{64}");
        Path run = Path.of(summary.get("model").asText()).getParent();
        assertThat(run.getParent()).isEqualTo(directory.toRealPath().resolve("runs"));
        assertThat(files(run))
                .containsExactly(
                        ".lock",
                        "checkpoints",
                        "config.conf",
                        "metrics.jsonl",
                        "model.safetensors",
                        "run.log",
                        "summary.json");
    }

    /** No bit is wrong, and no vector ends up on the heap, with any activation or loss: see "Lessons" in docs/kernel.md. */
    @Test
    void shouldMeasureTheKernelWithEveryActivation() throws Exception {
        measureTheKernel(activations(), List.of("cross_entropy"), "0");
    }

    @Test
    @Tag("faults")
    void shouldMeasureTheKernelWithEveryLoss() throws Exception {
        List<String> losses = Stream.of(Loss.values()).map(Loss::id).toList();
        measureTheKernel(List.of("relu"), losses, "0");
    }

    @Test
    @Tag("faults")
    void shouldMeasureTheKernelWithDropout() throws Exception {
        measureTheKernel(activations(), List.of("cross_entropy"), "0.5");
    }

    private static List<String> activations() {
        return Stream.of(Activation.values())
                .filter(Activation::isHidden)
                .map(Activation::id)
                .toList();
    }

    private void measureTheKernel(List<String> activations, List<String> losses, String dropout) throws Exception {
        int code = run(
                checkout(),
                "bench",
                "kernel",
                "--network",
                "64-32-10",
                "--batch",
                "32",
                "--activation",
                String.join(",", activations),
                "--loss",
                String.join(",", losses),
                "--dropout",
                dropout,
                "--seconds",
                "0.2",
                "--products",
                "64",
                "--json");

        assertThat(code).as(err()).isZero();
        JsonNode table = JSON.readTree(out().lines().reduce((a, b) -> b).orElseThrow());
        assertThat(table.get("kernel").asText()).startsWith("vector ");
        assertThat(table.get("products").get(0).get("gflops").asDouble()).isPositive();
        assertThat(table.get("steps"))
                .extracting(step ->
                        step.get("activation").asText() + " " + step.get("loss").asText())
                .containsExactlyElementsOf(activations.stream()
                        .flatMap(activation -> losses.stream().map(loss -> activation + " " + loss))
                        .toList());
        assertThat(table.get("steps")).allSatisfy(step -> {
            assertThat(step.get("wrong").asLong()).isZero();
            // 430 kB if C2 boxes the sums of one product; some 100 bytes where it has not compiled all of the bench
            // itself.
            assertThat(step.get("bytesAllocatedPerStep").asLong()).isLessThan(2_000);
        });
    }

    @Test
    void shouldRunFromTheDistributionThroughALinkWithSpaces() throws Exception {
        Path dist = Path.of("target/dist").toAbsolutePath();
        Path home = Files.createDirectory(directory.resolve("a home"));
        Files.createSymbolicLink(home.resolve("lib"), dist.resolve("lib"));
        Files.createDirectory(home.resolve("bin"));
        Files.copy(dist.resolve("bin/tutti"), home.resolve("bin/tutti"));
        assertThat(home.resolve("bin/tutti").toFile().setExecutable(true)).isTrue();
        Path link = Files.createSymbolicLink(directory.resolve("my tutti"), Path.of("a home/bin/tutti"));

        int code = run(link, "version");

        assertThat(code).as(err()).isZero();
        assertThat(out()).startsWith("tutti ");
    }

    @Test
    void shouldEndInOrderWhenTerminated() throws Exception {
        DefaultSignals.assume();
        assertEndsInOrder("TERM", builder(checkout(), TRAIN_FOR_EVER));
    }

    /** Ctrl-C, also as when Maven is started in the background of a script, by nohup or by a service manager. */
    @Test
    void shouldEndInOrderWhenInterruptedWhereTestsAreStartedWithSignalsIgnored() throws Exception {
        List<String> ignoring = List.of("sh", "-c", "trap '' INT; exec \"$@\"", "sh");
        Optional<List<String>> way = DefaultSignals.find(ignoring);
        assumeTrue(way.isPresent(), "none of env --default-signal, perl and python3 is here");
        assertThat(way.get()).as("what gives SIGINT its meaning back").isNotEmpty();
        List<String> command = new ArrayList<>(ignoring);
        command.addAll(way.get());
        command.add(checkout().toString());
        command.addAll(List.of(TRAIN_FOR_EVER));

        assertEndsInOrder("INT", builder(command));
    }

    private void assertEndsInOrder(String signal, ProcessBuilder builder) throws Exception {
        start(builder);
        Path metrics = directory.resolve("run/metrics.jsonl");
        awaitLines(metrics);

        Process kill = new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).start();
        assertThat(kill.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();

        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(err()).isEqualTo(130);
        assertThat(err())
                .startsWith("tutti: interrupted after ")
                .contains("kept in run")
                .hasLineCount(1);
        assertThat(files(directory.resolve("run")))
                .containsExactly(".lock", "checkpoints", "config.conf", "metrics.jsonl", "run.log");
        for (String line : Files.readAllLines(metrics)) {
            assertThat(JSON.readTree(line).isObject()).isTrue();
        }
    }

    /** Maven resets the colours of a terminal at its end, wherever it writes to. */
    @Test
    void shouldKeepTheEscapesOfTheBuildFromTheUser() throws Exception {
        Path fresh = freshCheckout("printf '\\033[0m\\033[0m'; mkdir -p app/target; ln -s \"$DIST\" app/target/dist;"
                + " : >app/target/tutti-1.tar.gz; printf '\\033[0m'");

        assertThat(runWithMaven(fresh)).as(err()).isZero();

        assertThat(out()).startsWith("tutti ").hasLineCount(1);
        assertThat(err()).startsWith("tutti: not built yet; building").hasLineCount(1);
    }

    @Test
    void shouldShowWhyTheBuildFailed() throws Exception {
        Path fresh = freshCheckout("printf '\\033[0m[ERROR] one\\n[ERROR] two\\n\\033[0m' >&2; exit 1");

        assertThat(runWithMaven(fresh)).isEqualTo(2);

        assertThat(out()).isEmpty();
        assertThat(err().lines().skip(1))
                .containsExactly("[ERROR] one", "[ERROR] two", "tutti: the build failed; see above");
    }

    /** A checkout that was not built yet, with a Maven that does what {@code script} says. */
    private Path freshCheckout(String script) throws IOException {
        Path fresh = Files.createDirectory(directory.resolve("fresh"));
        Files.copy(checkout(), fresh.resolve("tutti"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.createFile(fresh.resolve("pom.xml"));
        Path maven = Files.createDirectory(directory.resolve("bin")).resolve("mvn");
        Files.writeString(maven, "#!/bin/sh\n" + script + "\n");
        assertThat(maven.toFile().setExecutable(true)).isTrue();
        return fresh.resolve("tutti");
    }

    private int runWithMaven(Path launcher) throws Exception {
        ProcessBuilder builder = builder(launcher, "version");
        builder.environment().put("PATH", directory.resolve("bin") + ":" + System.getenv("PATH"));
        builder.environment()
                .put("DIST", Path.of("target/dist").toAbsolutePath().toString());
        return run(builder, javaHome());
    }

    @Test
    void shouldEndWithCode2OnBadInput() throws Exception {
        int code = run(checkout(), "train", "digits", "--lr", "-1");

        assertThat(code).isEqualTo(2);
        assertThat(err()).isEqualTo("tutti: --lr: out of range: \"-1\", allowed: above 0\n");
        assertThat(files(directory)).containsExactly("err", "out");
    }

    @Test
    void shouldShareStandardErrorWithTheCaller() throws Exception {
        String script = "{ \"$0\" train --oops; echo behind >&2; } 2>\"$1\"";
        ProcessBuilder builder = builder(
                Path.of("sh"),
                "-c",
                script,
                checkout().toString(),
                directory.resolve("both").toString());

        run(builder, javaHome());

        assertThat(Files.readAllLines(directory.resolve("both")))
                .containsExactly("tutti: unknown option: --oops; see 'tutti train --help'", "behind");
    }

    @Test
    void shouldRefuseAnOldJava() throws Exception {
        Path old = Files.createDirectories(directory.resolve("jdk-11/bin"));
        Files.writeString(old.resolve("java"), "#!/bin/sh\nexit 1\n");
        assertThat(old.resolve("java").toFile().setExecutable(true)).isTrue();
        Files.writeString(directory.resolve("jdk-11/release"), "JAVA_VERSION=\"11.0.2\"\n");

        int code =
                run(builder(checkout(), "version"), directory.resolve("jdk-11").toString());

        assertThat(code).isEqualTo(2);
        assertThat(err()).startsWith("tutti: Java 11 in ").contains("too old").hasLineCount(1);
    }

    private static Path checkout() {
        return Path.of("../tutti").toAbsolutePath().normalize();
    }

    private int run(Path launcher, String... args) throws Exception {
        return run(builder(launcher, args), javaHome());
    }

    private int run(ProcessBuilder builder, String javaHome) throws Exception {
        builder.environment().put("TUTTI_JAVA_HOME", javaHome);
        process = builder.start();
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private void start(ProcessBuilder builder) throws IOException {
        builder.environment().put("TUTTI_JAVA_HOME", javaHome());
        process = builder.start();
    }

    private ProcessBuilder builder(Path launcher, String... args) {
        return builder(
                Stream.concat(Stream.of(launcher.toString()), Stream.of(args)).toList());
    }

    private ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(DefaultSignals.with(command))
                .directory(directory.toFile())
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile());
        builder.environment().put("TUTTI_JAVA_OPTS", "-Xmx512m");
        return builder;
    }

    private static String javaHome() {
        return System.getProperty("java.home");
    }

    private String out() throws IOException {
        return Files.readString(directory.resolve("out"));
    }

    private String err() throws IOException {
        return Files.readString(directory.resolve("err"));
    }

    private void awaitLines(Path file) throws Exception {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!Files.exists(file) || Files.size(file) == 0) {
            assertThat(System.nanoTime()).as(err()).isLessThan(deadlineNs);
            assertThat(process.isAlive()).as(err()).isTrue();
            Thread.sleep(20);
        }
    }

    private static List<String> files(Path directory) {
        return Stream.of(directory.toFile().list()).sorted().toList();
    }
}
