package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bad input: one clear line that says what, where and what to do; exit code 2; nothing left behind. */
class BadInputTest {
    @TempDir
    private static Path directory;

    static Stream<Arguments> badInput() throws IOException {
        String ragged = file("ragged.csv", "1,2,a\n3,4,b\n5,6\n");
        String text = file("text.csv", "x,y,kind\n1,2,a\n3,oops,b\n");
        String nan = file("nan.csv", "1,2,a\n3,NaN,b\n");
        String empty = file("empty.csv", "");
        String oneClass = file("one.csv", "1,2,a\n3,4,a\n");
        String good = file("good.csv", "1,2,a\n3,4,b\n5,6,a\n7,8,b\n");
        String unknown = file("data.txt", "1,2,a\n");
        String short1 = idx("short-images-idx3-ubyte", 0x803, 2, 2, 2, 5);
        String magic = idx("magic-images-idx3-ubyte", 0x999, 2, 2, 2, 8);
        String run = directory.resolve("run").toString();
        String occupied = file("occupied", "");
        Path old = Files.createDirectories(directory.resolve("old"));
        Files.writeString(old.resolve("summary.json"), "{}");
        String conf = file("bad.conf", "data = digits\n\nbatch = 0\n");
        return Stream.of(
                bad("no such file, and no built-in data set", "train", "nosuch.csv"),
                bad("is a directory", "train", directory.toString(), "--format", "csv"),
                bad("--format csv", "train", unknown),
                bad("ragged.csv, line 3", "train", ragged),
                bad("text.csv, line 3, column", "train", text),
                bad("nan.csv, line 2, column 1: no value", "train", nan, "--missing", "refuse"),
                bad("--separator: not a separator: \"x\"", "train", good, "--separator", "x"),
                bad("--types: unknown value: \"colour\"", "train", good, "--types", "0=colour"),
                bad("no column \"9\" (--types); allowed: a number from 0 to 2", "train", good, "--types", "9=category"),
                bad("nosuch*.csv: no such file", "data", "describe", "nosuch*.csv"),
                bad("no command for data given", "data"),
                bad("empty.csv", "train", empty),
                bad("one class only", "train", oneClass),
                bad("short-images", "train", short1),
                bad("magic", "train", magic),
                bad("no target column", "train", good, "--target", "price"),
                bad("unknown option: --bacth; did you mean --batch? See 'tutti train --help'", "train", "--bacth", "1"),
                bad("unknown command: trian; did you mean train?", "trian"),
                bad("no command given", new String[0]),
                bad("one argument too many: iris", "train", "digits", "iris"),
                bad("--hidden: out of range: \"0\"", "train", "digits", "--hidden", "64,0"),
                bad("--lr: out of range: \"-1\"", "train", "digits", "--lr", "-1"),
                bad("--lr: out of range: \"NaN\"", "train", "digits", "--lr", "NaN"),
                bad("--batch: out of range: \"0\"", "train", "digits", "--batch", "0"),
                bad("bad.conf, line 3: batch: out of range: \"0\"", "train", "--config", conf),
                bad("configuration file cannot be read: nosuch.conf", "train", "--config", "nosuch.conf"),
                bad("no data given", "train"),
                bad("data given twice", "train", "iris", "--data", "digits"),
                bad("loss cross_entropy is for classes", "train", "diabetes", "--loss", "cross_entropy"),
                bad("no such file", "train", "iris", "--init-weights", "nosuch.safetensors"),
                bad("(it is a file)", "train", "digits", "--out", occupied),
                bad("output directory cannot be written", "train", "digits", "--out", occupied + "/below"),
                bad("already holds a run", "train", "digits", "--out", old.toString()),
                bad("no such file", "eval", run, "digits"),
                bad("no such file", "export", run, "--to", run + ".onnx"),
                bad("model.pkl: no form to export to; give a file that ends with", "export", run, "--to", "model.pkl"),
                bad("missing required option", "export", run),
                bad("no such directory; give the directory of a run", "report", run),
                bad("--repeats and --seed are for --importance", "eval", "a", "b", "--seed", "2"),
                bad("no such file", "predict", run + "/model.safetensors", "digits"),
                bad("missing required parameter", "eval"),
                bad("no coordinator given", "worker"),
                bad("--coordinator: not an address: \"foo\"", "worker", "--coordinator", "foo"),
                bad("--threads: out of range: \"0\"", "worker", "--coordinator", "foo:1", "--threads", "0"),
                bad("--threads: out of range: \"1025\"", "worker", "--coordinator", "foo:1", "--threads", "1025"),
                bad("--workers: out of range: \"100000\"", "train", "iris", "--workers", "100000"),
                bad("--threads out of range: 1000000", "bench", "kernel", "--threads", "1000000"),
                bad("--activation: not for hidden layers: \"sine\"", "bench", "kernel", "--activation", "sine"),
                bad("--loss: unknown: \"none\"", "bench", "kernel", "--loss", "none"),
                bad("--network: not a list of sizes: \"3-x\"", "bench", "kernel", "--network", "3-x"),
                bad("allowed for network 3-2: 1 to ", "bench", "kernel", "--network", "3-2", "--batch", "2147483647"),
                bad("allowed for network 3-2: 1 to ", "bench", "cluster", "--network", "3-2", "--batch", "2147483647"),
                bad(
                        "--split: unknown value: \"half\", allowed: validation, test, training, all;",
                        "eval",
                        "a",
                        "b",
                        "--split",
                        "half"),
                bad("--workers out of range: 0", "bench", "cluster", "--workers", "0"),
                bad("--coordinator-bind: not an address", "coordinator", "--coordinator-bind", "x"));
    }

    private static Arguments bad(String message, String... args) {
        return Arguments.of(message, List.of(args));
    }

    @ParameterizedTest
    @MethodSource("badInput")
    void shouldSayInOneLineWhatIsWrong(String message, List<String> args) throws IOException {
        boolean names = args.contains("--out") || args.isEmpty() || !args.get(0).equals("train");
        Path out = directory.resolve("out/deep");
        List<String> all = names
                ? args
                : Stream.concat(args.stream(), Stream.of("--out", out.toString()))
                        .toList();
        List<Path> before = files();

        Cli.Outcome outcome = Cli.run(all.toArray(String[]::new));

        assertThat(outcome.err()).startsWith("tutti: ").contains(message).doesNotContain("Exception");
        assertThat(outcome.err().lines()).hasSize(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(files()).isEqualTo(before);
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.sorted().toList();
        }
    }

    private static String file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    private static String idx(String name, int magic, int samples, int rows, int columns, int bytes)
            throws IOException {
        Path labels = directory.resolve(name.replace("images-idx3", "labels-idx1"));
        Files.write(
                labels,
                ByteBuffer.allocate(8 + samples)
                        .putInt(0x801)
                        .putInt(samples)
                        .put((byte) 1)
                        .array());
        Path file = directory.resolve(name);
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(ByteBuffer.allocate(16)
                    .putInt(magic)
                    .putInt(samples)
                    .putInt(rows)
                    .putInt(columns)
                    .array());
            out.write(new byte[bytes]);
        }
        return file.toString();
    }
}
