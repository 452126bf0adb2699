package dev.tutti.app.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.tutti.app.export.SampleModels.Sample;
import dev.tutti.app.prediction.Predictions;
import dev.tutti.data.ColumnType;
import dev.tutti.data.DataFiles;
import dev.tutti.data.DataOptions;
import dev.tutti.data.DataSchema;
import dev.tutti.data.Missing;
import dev.tutti.data.Purpose;
import dev.tutti.data.RawData;
import dev.tutti.data.Scale;
import dev.tutti.files.InputException;
import dev.tutti.files.SafetensorsFile;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.savedmodel.ModelFile;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models in the forms of other programs say what {@code predict} says. */
class ExportTest {
    /** Levels and numbers that training did not see, and missing values, for the columns of the table without its target. */
    private static final String NEW_ROWS = """
            size,"tow""n */ \\u002a",floor,zip
            11,Berlin,1,7
            ,,,
            1e2,Ulm,2.0,99
            nan,Na,4,7.0
            -5,Giengen,N/A,8
            7,?,1,NULL
            8,\u00a0Ulm,1e39,7
            9,"Ulm\u2003",1f,0x7p0
            """;

    @TempDir
    private static Path directory;

    private static List<Sample> samples;

    @BeforeAll
    static void makeModels() throws IOException {
        samples = new ArrayList<>();
        for (Sample sample : SampleModels.all(directory)) {
            samples.add(sample);
            if (sample.name().startsWith("table")) {
                Path file = Files.writeString(directory.resolve("new.csv"), NEW_ROWS);
                RawData more = DataFiles.read(
                        file.toString(),
                        DataOptions.DEFAULT,
                        sample.model().preprocessing().schema(),
                        Purpose.PREDICT);
                samples.add(new Sample(sample.name() + "-new", sample.model(), more));
            }
        }
    }

    @Test
    void shouldScoreLikePredictInOnnxRuntime() throws Exception {
        for (Sample sample : samples) {
            Path file = directory.resolve(sample.name() + ".onnx");
            ExportForm.of(file).write(sample.model(), file);
            try (OrtSession session = OrtEnvironment.getEnvironment().createSession(file.toString())) {
                compare(sample, session);
            }
        }
    }

    private static void compare(Sample sample, OrtSession session) throws Exception {
        Predictions expected = predictions(sample);
        Rows rows = new Rows(sample);
        Map<String, OnnxTensor> inputs = new HashMap<>();
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        if (session.getInputNames().contains("numbers")) {
            inputs.put("numbers", OnnxTensor.createTensor(environment, rows.numbers));
        }
        if (session.getInputNames().contains("categories")) {
            inputs.put("categories", OnnxTensor.createTensor(environment, rows.categories));
        }
        assertThat(inputs.keySet()).as(sample.name()).isEqualTo(session.getInputNames());
        try (OrtSession.Result result = session.run(inputs)) {
            DataSchema schema = expected.schema();
            if (!schema.classification()) {
                float[][] values =
                        (float[][]) result.get("prediction").orElseThrow().getValue();
                // The network's own unit: a value near 0 is the difference of two large numbers.
                float unit = (float) (1 / sample.model().preprocessing().targetFactor());
                for (int row = 0; row < values.length; row++) {
                    near(sample, row, values[row][0] / unit, expected.predictedValue(row) / unit);
                }
                return;
            }
            NetworkSpec network = sample.model().network();
            String name = network.activation(2) == Activation.IDENTITY ? "outputs" : "probabilities";
            float[][] scores = (float[][]) result.get(name).orElseThrow().getValue();
            String[] classes = (String[]) result.get("prediction").orElseThrow().getValue();
            for (int row = 0; row < scores.length; row++) {
                float[] of = expected.scores(row);
                assertThat(scores[row].length).isEqualTo(of.length);
                for (int c = 0; c < of.length; c++) {
                    near(sample, row, scores[row][c], of[c]);
                }
                // Of classes that are level but for rounding either will do.
                near(sample, row, of[schema.classNames().indexOf(classes[row])], of[expected.predictedClass(row)]);
            }
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    /** By hand: there are tens of thousands of them. */
    private static void near(Sample sample, int row, float found, float expected) {
        if (!(Math.abs(found - expected) <= 1e-5f * Math.max(1, Math.abs(expected)))) {
            assertThat(found).as("%s, row %s", sample, row).isEqualTo(expected);
        }
    }

    @Test
    void shouldScoreToTheSameBitsAsPredictInJava() throws Exception {
        Path sources = Files.createDirectory(directory.resolve("sources"));
        Path classes = Files.createDirectory(directory.resolve("classes"));
        List<Sample> chosen = differentInSomething();
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < chosen.size(); i++) {
            Path file = sources.resolve("Model" + i + ".java");
            ExportForm.of(file).write(chosen.get(i).model(), file);
            files.add(file);
        }
        compile(files, classes);
        // Nothing of Tutti is seen from there.
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {classes.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
            for (int i = 0; i < chosen.size(); i++) {
                Class<?> scorer = loader.loadClass("Model" + i);
                for (Sample sample : samples) {
                    if (sample.model().equals(chosen.get(i).model())) {
                        compare(sample, scorer);
                    }
                }
            }
        }
    }

    /** Models of every data set, activation, loss and scale: a compiler takes its time for each. */
    private static List<Sample> differentInSomething() {
        Set<Object> seen = new HashSet<>();
        return samples.stream()
                .filter(sample ->
                        seen.add(sample.name().substring(0, sample.name().indexOf('-')))
                                | seen.add(sample.model().network().activation(0))
                                | seen.add(sample.model().network().loss())
                                | seen.add(sample.model().preprocessing().scale()))
                .toList();
    }

    private static void compile(List<Path> files, Path to) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            boolean compiled = compiler.getTask(
                            null,
                            manager,
                            null,
                            List.of("-d", to.toString(), "-cp", to.toString(), "-proc:none"),
                            null,
                            manager.getJavaFileObjectsFromPaths(files))
                    .call();
            assertThat(compiled).isTrue();
        }
    }

    private static void compare(Sample sample, Class<?> scorer) throws Exception {
        Predictions expected = predictions(sample);
        DataSchema schema = expected.schema();
        Rows rows = new Rows(sample);
        for (int row = 0; row < sample.data().rows(); row += sample.data().rows() / 50 + 1) {
            float[] found = (float[]) scorer.getMethod("score", float[].class, String[].class)
                    .invoke(null, rows.numbers[row], rows.categories[row]);
            float[] of = schema.classification() ? expected.scores(row) : new float[] {expected.predictedValue(row)};
            assertThat(found).as("%s, row %s", sample, row).isEqualTo(of);
            String[] cells = rows.cells(row);
            assertThat(scorer.getMethod("score", String[].class).invoke(null, (Object) cells))
                    .as("%s, row %s", sample, row)
                    .isEqualTo(of);
            assertThat(scorer.getMethod("predict", String[].class).invoke(null, (Object) cells))
                    .as("%s, row %s", sample, row)
                    .isEqualTo(
                            schema.classification()
                                    ? schema.classNames().get(expected.predictedClass(row))
                                    : Float.toString(of[0]));
        }
        if (!schema.inputNames().isEmpty()) {
            assertThat(scorer.getMethod("columns").invoke(null)).isEqualTo(schema.inputNames());
        }
        assertThat(scorer.getMethod("classes").invoke(null)).isEqualTo(schema.classNames());
    }

    /** Rows as those bring them who have never heard of levels. */
    private static final class Rows {
        final float[][] numbers;
        final String[][] categories;
        private final DataSchema schema;

        Rows(Sample sample) {
            RawData data = sample.data();
            schema = data.schema();
            int categoryCount = (int) schema.inputTypes().stream()
                    .filter(type -> type == ColumnType.CATEGORY)
                    .count();
            numbers = new float[data.rows()][schema.inputCount() - categoryCount];
            categories = new String[data.rows()][categoryCount];
            for (int row = 0; row < data.rows(); row++) {
                int number = 0;
                int category = 0;
                for (int column = 0; column < schema.inputCount(); column++) {
                    float value = data.features()[row * schema.inputCount() + column];
                    if (schema.inputType(column) == ColumnType.CATEGORY) {
                        categories[row][category++] = Float.isNaN(value)
                                ? ""
                                : data.levels().get(column).get((int) value);
                    } else {
                        numbers[row][number++] = value;
                    }
                }
            }
        }

        String[] cells(int row) {
            String[] cells = new String[schema.inputCount()];
            int number = 0;
            int category = 0;
            for (int column = 0; column < cells.length; column++) {
                cells[column] = schema.inputType(column) == ColumnType.CATEGORY
                        ? categories[row][category++]
                        : String.valueOf(numbers[row][number++]);
            }
            return cells;
        }
    }

    private static Predictions predictions(Sample sample) throws InterruptedException {
        return Predictions.of(
                sample.model(),
                sample.data(),
                IntStream.range(0, sample.data().rows()).toArray());
    }

    /** In small letters, in large ones and mixed. */
    private static List<String> signs() {
        List<String> signs = new ArrayList<>();
        for (String sign : Missing.SIGNS) {
            signs.add(sign);
            signs.add(sign.toUpperCase(Locale.ROOT));
            signs.add(
                    sign.isEmpty()
                            ? ""
                            : sign.substring(0, sign.length() - 1)
                                    + sign.substring(sign.length() - 1).toUpperCase(Locale.ROOT));
        }
        return signs;
    }

    private static Sample table() throws IOException {
        return SampleModels.of(
                "table", SampleModels.table(directory), Loss.SQUARED_ERROR, Activation.TANH, Scale.STANDARDIZE);
    }

    @Test
    void shouldTakeEverySignForAMissingValueInOnnxRuntime() throws OrtException, IOException {
        Path file = directory.resolve("signs.onnx");
        ExportForm.ONNX.write(table().model(), file);
        List<String> signs = signs();
        String[][] categories = new String[signs.size() + 1][3];
        float[][] numbers = new float[signs.size() + 1][1];
        for (int row = 0; row < signs.size(); row++) {
            Arrays.fill(categories[row], signs.get(row));
        }
        Arrays.fill(categories[signs.size()], "x");
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(file.toString());
                OnnxTensor values = OnnxTensor.createTensor(environment, numbers);
                OnnxTensor texts = OnnxTensor.createTensor(environment, categories);
                OrtSession.Result result = session.run(Map.of("numbers", values, "categories", texts))) {
            float[][] found = (float[][]) result.get("prediction").orElseThrow().getValue();
            for (int row = 1; row < signs.size(); row++) {
                assertThat(found[row]).as(signs.get(row)).isEqualTo(found[0]);
            }
            assertThat(found[signs.size()]).isNotEqualTo(found[0]);
        }
    }

    @Test
    void shouldBeAClassOfAPackageWhereAsked() throws Exception {
        Path to = Files.createDirectory(directory.resolve("packaged"));
        Path file = to.resolve("Model.java");
        ExportForm.of(file).write(table().model(), file, "com.example.models");
        compile(List.of(file), to);
        assertThat(to.resolve("com/example/models/Model.class")).isRegularFile();
        for (String name : List.of("com.class", "a-b", "java", "java.util", "a..b")) {
            assertThatThrownBy(() -> ExportForm.JAVA.write(table().model(), file, name))
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith("--package: not the name of a package: \"" + name + "\"");
        }
        assertThatThrownBy(() -> ExportForm.NPZ.write(table().model(), directory.resolve("p.npz"), "com.example"))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith("no Java source; --package is for .java alone");
    }

    /** In cells; and a level that is a number is found however it is written. */
    @Test
    void shouldReadCellsAsFilesAreReadInJava() throws Exception {
        Path to = Files.createDirectory(directory.resolve("cells"));
        Path file = to.resolve("Model.java");
        ExportForm.of(file).write(table().model(), file);
        compile(List.of(file), to);
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {to.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
            Method score = loader.loadClass("Model").getMethod("score", String[].class);
            Object missing = score.invoke(null, (Object) new String[] {"", "", "", ""});
            for (String sign : signs()) {
                assertThat(score.invoke(null, (Object) new String[] {sign, " " + sign, sign, sign}))
                        .as(sign)
                        .isEqualTo(missing);
            }
            Object seven = score.invoke(null, (Object) new String[] {"1.5", "Ulm", "2", "7"});
            assertThat(score.invoke(null, (Object) new String[] {"15e-1", "Ulm ", "2.00", "07"}))
                    .isEqualTo(seven);
            for (String cell : List.of("wide", "1f", "1.5d", "0x1p3", "\u00a01", "\u0661", "1,5")) {
                assertThatThrownBy(() -> score.invoke(null, (Object) new String[] {cell, "Ulm", "2", "7"}))
                        .cause()
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("column size: not a number: \"" + cell + "\"");
            }
            assertThat(score.invoke(null, (Object) new String[] {"1.5", "\u00a0Ulm", "2", "7"}))
                    .isNotEqualTo(seven)
                    .isEqualTo(score.invoke(null, (Object) new String[] {"1.5", "Bonn", "2", "7"}));
            assertThatThrownBy(() -> score.invoke(null, (Object) new String[] {"1"}))
                    .cause()
                    .hasMessage("expected 4 cells, found 1");
        }
    }

    /** The archive as NumPy reads it, where it is installed. */
    @Test
    void shouldBeReadByNumpy() throws IOException, InterruptedException {
        Path file = directory.resolve("iris.npz");
        ModelFile.Model model = samples.stream()
                .filter(sample -> sample.name().startsWith("iris-"))
                .findFirst()
                .orElseThrow()
                .model();
        ExportForm.of(file).write(model, file);
        String script = "import sys, json\n"
                + "try:\n  import numpy\n"
                + "except ImportError:\n  sys.exit(9)\n"
                + "a = numpy.load(sys.argv[1])\n"
                + "for name in a.files:\n"
                + "  v = a[name]\n"
                + "  if v.shape == ():\n    print(name, sorted(json.loads(str(v)))[0])\n"
                + "  else:\n    print(name, v.dtype, v.shape, ' '.join(str(x) for x in v.view('<i4').ravel()))\n";
        Process python;
        try {
            python = new ProcessBuilder("python3", "-c", script, file.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            python = null;
        }
        assumeTrue(python != null, "python3 is not installed");
        List<String> lines = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        int code = python.waitFor();
        assumeTrue(code != 9, "NumPy is not installed");
        assertThat(code).as(lines.toString()).isZero();
        assertThat(lines).hasSize(8);
        StringBuilder weight = new StringBuilder("layers.0.weight float32 (7, 4)");
        for (int i = 0; i < 28; i++) {
            weight.append(' ').append(Float.floatToRawIntBits(model.parameters()[i]));
        }
        assertThat(lines.get(0)).isEqualTo(weight.toString());
        assertThat(lines.get(5)).startsWith("layers.2.bias float32 (3,)");
        assertThat(lines.subList(6, 8)).containsExactly("network activations", "preprocessing categories");
    }

    /** Linear layers and activations are numbered alike in PyTorch; what is exported can be begun with. */
    @Test
    void shouldNameTensorsAsPyTorchDoes() throws IOException {
        ModelFile.Model model = samples.stream()
                .filter(sample -> sample.name().contains("softplus"))
                .findFirst()
                .orElseThrow()
                .model();
        Path file = directory.resolve("torch.safetensors");
        ExportForm.of(file).write(model, file);

        try (SafetensorsFile written = SafetensorsFile.open(file)) {
            assertThat(written.names())
                    .containsExactly("0.bias", "0.weight", "2.bias", "2.weight", "4.bias", "4.weight");
            assertThat(written.metadata()).containsEntry("format", "pt").containsEntry("shape", "4-7-5-3");
        }
        assertThat(ModelFile.readParameters(file, model.network())).isEqualTo(model.parameters());
    }

    @Test
    void shouldMakeTheSameBytesOfTheSameModelAndLeaveNothingElse() throws IOException {
        Path into = Files.createDirectory(directory.resolve("again"));
        ModelFile.Model model = samples.get(0).model();
        for (String name : List.of("M.onnx", "M.npz", "M.java", "M.safetensors")) {
            Path file = into.resolve(name);
            ExportForm.of(file).write(model, file);
            byte[] first = Files.readAllBytes(file);
            ExportForm.of(file).write(model, file);
            assertThat(Files.readAllBytes(file)).as(name).isEqualTo(first);
        }
        try (var files = Files.list(into)) {
            assertThat(files).hasSize(4);
        }
    }

    @Test
    void shouldRefuseNamesWithOneLine() {
        assertThatThrownBy(() -> ExportForm.of(Path.of("model.pkl")))
                .isInstanceOf(InputException.class)
                .hasMessage("model.pkl: no form to export to; give a file that ends with .onnx, .npz, .java,"
                        + " .safetensors");
        assertThatThrownBy(() -> ExportForm.JAVA.write(samples.get(0).model(), directory.resolve("class.java")))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith("class.java: not the name of a Java class: \"class\"; give letters, digits and _,"
                        + " such as Model.java");
        assertThat(directory.resolve("class.java")).doesNotExist();
        assertThatThrownBy(() -> ExportForm.JAVA.write(samples.get(0).model(), directory.resolve("record.java")))
                .hasMessageContaining("record.java: not the name of a Java class");
        for (String name : List.of("List", "FloatMath", "Contents", "IOException")) {
            assertThatThrownBy(() -> ExportForm.JAVA.write(samples.get(0).model(), directory.resolve(name + ".java")))
                    .isInstanceOf(InputException.class)
                    .hasMessageEndingWith(".java: the name " + name
                            + " has another meaning in the source itself; give another one, such as Model.java");
        }
    }
}
