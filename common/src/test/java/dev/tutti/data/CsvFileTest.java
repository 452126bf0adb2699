package dev.tutti.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.files.InputException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class CsvFileTest {
    private static final String FLOWERS = "length,width,species\n1,2,rose\n3,4.5,daisy\n-5e1,6,rose\n";

    @TempDir
    Path directory;

    @Test
    void shouldReadNumbersAndClassesBelowAHeader() {
        RawData data = read(FLOWERS, DataOptions.DEFAULT);
        assertThat(data.rows()).isEqualTo(3);
        assertThat(data.features()).containsExactly(1, 2, 3, 4.5f, -50, 6);
        assertThat(data.schema())
                .isEqualTo(new DataSchema(
                        Task.CLASSIFICATION, 2, List.of("length", "width"), "species", 2, List.of("daisy", "rose")));
        assertThat(data.targets()).containsExactly(1, 0, 1);
        assertThat(data.holdOut()).isTrue();
    }

    @Test
    void shouldTakeTheTargetByNameOrByNumberFromZero() {
        for (String target : List.of("species", "0")) {
            RawData data = read("species,length\nrose,1\ndaisy,2\n", DataOptions.DEFAULT.withTarget(target));
            assertThat(data.features()).containsExactly(1, 2);
            assertThat(data.schema().inputNames()).containsExactly("length");
            assertThat(data.targets()).containsExactly(1, 0);
        }
    }

    @Test
    void shouldReadWithoutHeader() {
        RawData data = read("1,2,0\n3,4,1\n5,6,0\n7,8,1\n", DataOptions.DEFAULT);
        assertThat(data.rows()).isEqualTo(4);
        assertThat(data.schema().inputNames()).isEmpty();
        assertThat(data.schema().classNames()).containsExactly("0", "1");
        assertThat(data.targets()).containsExactly(0, 1, 0, 1);
    }

    @Test
    void shouldTakeTheFirstRowAsItIsToldTo() {
        assertThat(read("0,1\n1,2\n3,4\n", options(Header.ON, Task.REGRESSION)).features())
                .containsExactly(1, 3);
        assertThat(read("0,1\n1,2\n3,4\n", options(Header.OFF, Task.REGRESSION)).features())
                .containsExactly(0, 1, 3);
        assertThat(error("a,b\n1,2\n", options(Header.OFF, null)))
                .isEqualTo(
                        "data.csv, line 1, column 0: not a number: \"a\"; give a number, or --types 0=category to take"
                                + " the values as names");
    }

    @Test
    void shouldSortClassesThatAreNumbersAsNumbers() {
        RawData data = read("1,10\n2,9\n3,9.0\n4,010\n", DataOptions.DEFAULT);
        assertThat(data.schema().classNames()).containsExactly("9", "10");
        assertThat(data.targets()).containsExactly(1, 0, 0, 1);
    }

    @Test
    void shouldTellARegressionByItsNumbers() {
        assertThat(read("1,0.5\n2,0.5\n3,0.25\n4,0.25\n", DataOptions.DEFAULT)
                        .schema()
                        .task())
                .isEqualTo(Task.REGRESSION);
        assertThat(read("1,1\n2,2\n3,3\n4,1\n", DataOptions.DEFAULT).schema().task())
                .as("3 different values in 4 rows")
                .isEqualTo(Task.REGRESSION);
        StringBuilder many = new StringBuilder();
        for (int row = 0; row < 2 * 21; row++) {
            many.append(row).append(',').append(row % 21).append('\n');
        }
        assertThat(read(many.toString(), DataOptions.DEFAULT).schema().task())
                .as("21 different values")
                .isEqualTo(Task.REGRESSION);
        assertThat(read(many.toString(), options(Header.AUTO, Task.CLASSIFICATION))
                        .schema()
                        .classCount())
                .isEqualTo(21);
        assertThat(read("1,1\n2,2\n3,2\n4,1\n", options(Header.AUTO, Task.REGRESSION))
                        .targets())
                .containsExactly(1, 2, 2, 1);
    }

    @Test
    void shouldReadQuotesBlanksEmptyLinesAndAByteOrderMark() {
        RawData data =
                read("\uFEFF\"petal \"\"width\"\"\" , kind\r\n 1 ,\"a, b\"\r\n\r\n\"2\", c\r\n", DataOptions.DEFAULT);
        assertThat(data.schema().inputNames()).containsExactly("petal \"width\"");
        assertThat(data.schema().classNames()).containsExactly("a, b", "c");
        assertThat(data.features()).containsExactly(1, 2);
    }

    @Test
    void shouldReadGzip() throws IOException {
        Path file = directory.resolve("data.csv.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(FLOWERS.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(DataFiles.read(file.toString(), DataOptions.DEFAULT).features())
                .containsExactly(1, 2, 3, 4.5f, -50, 6);
    }

    @Test
    void shouldNameLineAndColumnOfABadNumber() {
        assertThat(error("a,b,c\n1,2,x\n3,abc,y\n", DataOptions.DEFAULT))
                .isEqualTo(
                        "data.csv, line 3, column 1 (b): not a number: \"abc\"; give a number, or --types b=category to take"
                                + " the values as names");
        assertThat(error("a,b,c\n1,2,x\n1,-Infinity,y\n", DataOptions.DEFAULT))
                .startsWith("data.csv, line 3, column 1 (b): not a finite number: \"-Infinity\"");
        assertThat(error("a,b,c\n1,1e39,x\n1,2,y\n", DataOptions.DEFAULT))
                .startsWith("data.csv, line 2, column 1 (b): out of the range of float32: \"1e39\"");
        assertThat(error("a,b,c\n1,1f,x\n1,2,y\n", DataOptions.DEFAULT))
                .startsWith("data.csv, line 2, column 1 (b): not a number: \"1f\"");
        assertThat(error("a,b\n\"two\nlines\",x\n1,y\n", options(Header.ON, null)))
                .startsWith("data.csv, line 2, column 0 (a): not a number: \"two?lines\"");
    }

    @Test
    void shouldNotTakeASampleWithATypingErrorForAHeader() {
        assertThat(error("1,x2,rose\n3,4,daisy\n", DataOptions.DEFAULT))
                .isEqualTo(
                        "data.csv, line 1, column 1: not a number: \"x2\"; give a number, or --header on where the line holds"
                                + " names");
        assertThat(read("NaN,?,rose\n3,4,daisy\n", DataOptions.DEFAULT).rows()).isEqualTo(2);
    }

    @Test
    void shouldRefuseATargetOfNumbersAndText() {
        String mixed = "1,0\n2,1\n3,yes\n4,0\n5,1\n";
        assertThat(error(mixed, DataOptions.DEFAULT))
                .isEqualTo(
                        "data.csv, line 3, column 1: not a number: \"yes\"; give a number, name another --target, or give"
                                + " --task classification to take the values as names");
        assertThat(read(mixed, options(Header.AUTO, Task.CLASSIFICATION))
                        .schema()
                        .classNames())
                .containsExactly("0", "1", "yes");
        assertThat(error("1,0.5\n2,1\n3,inf\n4,0\n", DataOptions.DEFAULT))
                .startsWith("data.csv, line 3, column 1: not a finite number: \"inf\"");
        assertThat(error("1,rose\n2,daisy\n", options(Header.AUTO, Task.REGRESSION)))
                .startsWith("data.csv, line 1, column 1: not a number: \"rose\"");
    }

    @Test
    void shouldNameTheLineOfARaggedRow() {
        assertThat(error("a,b,c\n1,2,x\n1,y\n", DataOptions.DEFAULT))
                .isEqualTo(
                        "data.csv, line 3: 3 columns expected, as in line 1, found 2; give every row the same columns");
        assertThat(error("a,b,c\n1,2,3,x\n1,2,y\n", DataOptions.DEFAULT))
                .startsWith("data.csv, line 2: 3 columns expected");
    }

    @Test
    void shouldRefuseFilesWithoutSamples() {
        assertThat(error("", DataOptions.DEFAULT)).startsWith("data.csv: the file is empty");
        assertThat(error("\n\n", DataOptions.DEFAULT)).startsWith("data.csv: the file is empty");
        assertThat(error("a,b,c\n", DataOptions.DEFAULT)).startsWith("data.csv: only a header, no rows");
        assertThat(error("1\n2\n", DataOptions.DEFAULT)).startsWith("data.csv, line 1: one column only");
    }

    @Test
    void shouldFindWhatSeparatesTheColumns() {
        for (String separator : List.of(",", ";", "\t", "|", " ", "   ")) {
            RawData data = read(FLOWERS.replace(",", separator), DataOptions.DEFAULT);
            assertThat(data.schema().inputNames()).as(separator).containsExactly("length", "width");
            assertThat(data.features()).as(separator).containsExactly(1, 2, 3, 4.5f, -50, 6);
        }
        assertThat(read("1,\"a;b\"\n2,c\n", DataOptions.DEFAULT).schema().classNames())
                .as("a class may have one in its name")
                .containsExactly("a;b", "c");
        assertThat(read("a;b;c\n1;2;x, y\n3;4;z\n", DataOptions.DEFAULT)
                        .schema()
                        .classNames())
                .containsExactly("x, y", "z");
        assertThat(read("1:2:x\n3:4:y\n", DataOptions.DEFAULT.withSeparator(':'))
                        .features())
                .as("another one is told")
                .containsExactly(1, 2, 3, 4);
    }

    @Test
    void shouldReadCommasInNumbersBetweenSemicolons() {
        RawData data = read("a;b;c\n1,5;-2,25e1;0,5\n2;3;1,5\n", DataOptions.DEFAULT);
        assertThat(data.features()).containsExactly(1.5f, -22.5f, 2, 3);
        assertThat(data.targets()).containsExactly(0.5f, 1.5f);
    }

    @Test
    void shouldNotTakeTheCommasOfNumbersForSeparators() {
        for (String separator : List.of(";", "\t", "|")) {
            String rows = "Ulm;Haus;412,50\nUlm;Hof;50,25\n".replace(";", separator);
            for (String header : List.of("", "ort;art;preis\n".replace(";", separator))) {
                RawData data = read(header + rows, DataOptions.DEFAULT.withTask(Task.REGRESSION));
                assertThat(data.targets()).as(separator + header).containsExactly(412.5f, 50.25f);
            }
        }
        DataSchema model = read("ort;rooms;kind\nUlm;1,5;x\nAalen;2;y\nUlm;3;x\n", DataOptions.DEFAULT)
                .schema();
        assertThat(read("Ulm;1,5\n", model).features()).as("one row").containsExactly(0, 1.5f);
        assertThat(read("1,\t2,\t0.5\n3,\t4,\t1.5\n", DataOptions.DEFAULT).features())
                .as("tabs behind commas")
                .containsExactly(1, 2, 3, 4);
    }

    @Test
    void shouldFindTheDecimalMarkByMostOfTheNumbers() {
        assertThat(error("a;b\n1.5;2,5\n3,5;4,5\n5,5;6,5\n", DataOptions.DEFAULT))
                .startsWith("data.csv, line 2, column 0 (a): not a number: \"1.5\"");
    }

    @Test
    void shouldReadAllFilesOfAPatternAsTheFirst() throws IOException {
        Files.writeString(directory.resolve("part-1.csv"), "a;b\n1,5;2,5\n");
        Files.writeString(directory.resolve("part-2.csv"), "a;b\n1.5;2\n");
        String pattern = directory.resolve("part-*.csv").toString();
        assertThat(message(() -> DataFiles.read(pattern, DataOptions.DEFAULT)))
                .startsWith("part-2.csv, line 2, column 0 (a): not a number: \"1.5\"");
        Files.writeString(directory.resolve("part-1.csv"), "town,kind,class\nUlm,x,p\nAalen,y,q\nUlm,y,p\n");
        for (String other : List.of("kind,town,class", "town,sort,class", "# kind,town,class")) {
            Files.writeString(directory.resolve("part-2.csv"), other + "\ny,Ulm,q\nx,Ulm,p\ny,Aalen,q\n");
            assertThat(message(() -> DataFiles.read(pattern, DataOptions.DEFAULT)))
                    .as(other)
                    .startsWith("part-2.csv, line ")
                    .contains(": other columns than the first file: ");
        }
        Files.writeString(directory.resolve("part-2.csv"), "town,kind,class\nUlm,x,p\n");
        assertThat(DataFiles.read(pattern, DataOptions.DEFAULT).rows()).isEqualTo(4);
    }

    @Test
    void shouldTakeLinesInsideOfTheDataForRows() {
        DataOptions first = DataOptions.DEFAULT.withTarget("0");
        for (String header : List.of("", "colour,r,g\n", "#colour,r,g\n", "# made by hand\n")) {
            RawData data = read(header + "#ff0000,255,0\nred,254,1\n#ff0000,9,0\nred,3,1\n", first);
            assertThat(data.features()).as(header).containsExactly(255, 0, 254, 1, 9, 0, 3, 1);
            assertThat(data.schema().classNames()).as(header).containsExactly("#ff0000", "red");
        }
        assertThat(read("#a,1\n#b,2\n#a,3\n#b,4\n", first).targets()).containsExactly(0, 1, 0, 1);
        assertThat(error("a,b\n1,2\n#N/A,3\n4,5\n", DataOptions.DEFAULT))
                .startsWith("data.csv, line 3, column 0 (a): not a number: \"#N/A\"");
        assertThat(error("#N/A,3\n4,5\n6,7\n", DataOptions.DEFAULT))
                .startsWith("data.csv, line 1, column 0: not a number: \"#N/A\"");
        assertThat(error("a,b,c\n1,2,x\n# a comment\n1,2,y\n", DataOptions.DEFAULT))
                .startsWith("data.csv, line 3: 3 columns");
    }

    @Test
    void shouldTakeACommentForTheHeaderThatIsAskedForAndForThatOfAnOlderModel() {
        assertThat(read("#a,b,c\n1,2,0.5\n3,4,1.5\n", options(Header.ON, null)).features())
                .containsExactly(1, 2, 3, 4);
        DataSchema older = new DataSchema(Task.REGRESSION, 2, List.of("#a", "# b"), "c", 2, List.of());
        assertThat(read("#b,c,a\n1,2,3\n", older).features()).containsExactly(3, 1);
    }

    @Test
    void shouldLeaveOutCommentsAboveTheFirstRow() {
        RawData data = read("# made by hand\n\n#no, \"not\" this\n" + FLOWERS, DataOptions.DEFAULT);
        assertThat(data.features()).containsExactly(1, 2, 3, 4.5f, -50, 6);
        assertThat(read("# length,width,species\n1,2,rose\n3,4,daisy\n", DataOptions.DEFAULT)
                        .schema()
                        .inputNames())
                .as("names above the rows")
                .containsExactly("length", "width");
        assertThat(error("# one\n\na,b,c\n1,2,x\n1,y\n", DataOptions.DEFAULT))
                .startsWith("data.csv, line 5: 3 columns");
    }

    @Test
    void shouldNameTheLineOfMalformedCsv() {
        assertThat(error("a,b\n1,x\n2,\"y\n3,x\n4,y\n", DataOptions.DEFAULT))
                .as("a quote that is never closed")
                .startsWith("data.csv, line 3: not a CSV: ")
                .endsWith("; check the quotes of the row that begins there");
        assertThat(error("a,b\n1,x\n\n\"2\"0,y\n", DataOptions.DEFAULT))
                .startsWith("data.csv, line 4: not a CSV: Unexpected character after closing quote: '0'");
    }

    @Test
    void shouldRefuseNamesOfRowsAsClasses() {
        String ids = "1,a17\n2,a18\n3,a19\n4,a20\n5,a20\n";
        assertThat(error(ids, DataOptions.DEFAULT))
                .isEqualTo(
                        "data.csv, line 1, column 1: 4 different values in 5 rows: names of the rows rather than classes;"
                                + " name another --target, or give --task classification to take them as classes");
        assertThat(read(ids, options(Header.AUTO, Task.CLASSIFICATION)).schema().classCount())
                .isEqualTo(4);
        assertThat(read("1,a\n2,b\n3,c\n4,a\n5,b\n6,c\n", DataOptions.DEFAULT)
                        .schema()
                        .classCount())
                .as("half as many classes as rows")
                .isEqualTo(3);
        assertThat(read("1,a\n2,b\n", DataOptions.DEFAULT).schema().classCount())
                .as("the smallest file with classes")
                .isEqualTo(2);
    }

    @Test
    void shouldNotTakeMissingValuesForClasses() {
        for (String missing : List.of("?", "NA", "n/a", "NaN", "null")) {
            for (Task task : new Task[] {null, Task.CLASSIFICATION}) {
                RawData data = read("1,rose\n2,daisy\n3," + missing + "\n4,rose\n", options(Header.AUTO, task));
                assertThat(data.features()).as(missing).containsExactly(1, 2, 4, 4);
                assertThat(data.rows()).isEqualTo(3);
                assertThat(data.targets()).containsExactly(1, 0, 1);
                assertThat(data.remarks()).containsExactly("1 row without a target, column 1: left out");
                assertThat(error(
                                "1,rose\n2,daisy\n3," + missing + "\n4,rose\n",
                                options(Header.AUTO, task).withMissing(Missing.REFUSE)))
                        .isEqualTo("data.csv, line 3, column 1: no value; give one, or leave out --missing refuse");
            }
        }
        assertThat(error("1,\n2,?\n", options(Header.AUTO, null)))
                .isEqualTo("data.csv, column 1: no row has a target; name another --target");
        DataSchema model = read(FLOWERS, DataOptions.DEFAULT).schema();
        assertThat(read("1,2,rose\n1,2,?\n", model).targets()).containsExactly(1);
        assertThat(DataFiles.read(write("1,2,?\n3,4,tulip\n").toString(), DataOptions.DEFAULT, model, Purpose.PREDICT)
                        .features())
                .as("to predict, targets do not matter")
                .containsExactly(1, 2, 3, 4);
    }

    @Test
    void shouldRefuseOneClassOnly() {
        assertThat(error("a,b\n1,rose\n2,rose\n", DataOptions.DEFAULT))
                .isEqualTo(
                        "data.csv, line 2, column 1 (b): one class only: \"rose\" in all 2 rows; give data with two or more"
                                + " classes, or name another --target");
        assertThat(error("1,0\n2,0\n", DataOptions.DEFAULT)).contains("one class only: \"0\" in all 2 rows");
    }

    @Test
    void shouldRefuseAnUnknownTarget() {
        assertThat(error(FLOWERS, DataOptions.DEFAULT.withTarget("kind")))
                .isEqualTo(
                        "data.csv: no target column \"kind\"; allowed: a name (\"length, width, species\"), or a number from 0"
                                + " to 2");
        for (String target : List.of("3", "-1", "99999999999")) {
            assertThat(error(FLOWERS, DataOptions.DEFAULT.withTarget(target))).startsWith("data.csv: no target column");
        }
        assertThat(error("a,a\n1,2\n", DataOptions.DEFAULT.withTarget("a"))).contains("two columns are named \"a\"");
    }

    @Test
    void shouldRefuseWhatIsNoText() throws IOException {
        Path file = directory.resolve("data.csv");
        Files.write(file, new byte[] {'1', ',', '2', '\n', (byte) 0xFF, (byte) 0xFE, ',', '3', '\n'});
        assertThatThrownBy(() -> DataFiles.read(file.toString(), DataOptions.DEFAULT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("data.csv, line 2: not UTF-8 text; save it as UTF-8");
    }

    /** A pipe cannot be read twice: whoever opens it again waits for a writer that never comes. */
    @Test
    @Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldRefuseWhatIsNoTextInAPipe() throws Exception {
        Path pipe = directory.resolve("data.csv");
        Process mkfifo = new ProcessBuilder("mkfifo", pipe.toString()).start();
        assertThat(mkfifo.waitFor()).isZero();
        Thread writer = new Thread(() -> {
            try {
                Files.write(
                        pipe, new byte[] {'1', ',', '2', '\n', (byte) 0xFF, ',', '3', '\n'}, StandardOpenOption.WRITE);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        writer.setDaemon(true);
        writer.start();
        assertThatThrownBy(() -> DataFiles.read(pipe.toString(), DataOptions.DEFAULT))
                .isInstanceOf(InputException.class)
                .hasMessageMatching(pipe + ", line 2: not UTF-8 text; save it as UTF-8");
        writer.join();
    }

    @Test
    void shouldRefuseBrokenGzip() throws IOException {
        Path file = directory.resolve("data.csv.gz");
        Files.writeString(file, FLOWERS);
        assertThatThrownBy(() -> DataFiles.read(file.toString(), DataOptions.DEFAULT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("data.csv.gz: Not in GZIP format; it is not a whole gzip file");
    }

    @Test
    void shouldRefuseWhatCannotBeRead() {
        assertThatThrownBy(() -> DataFiles.read("digitz", DataOptions.DEFAULT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(
                        "digitz: no such file, and no built-in data set of that name; built in are breast_cancer");
        assertThatThrownBy(() -> DataFiles.read(directory.toString(), DataOptions.DEFAULT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is a directory");
        assertThatThrownBy(() -> DataFiles.read("nul\0.csv", DataOptions.DEFAULT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("not a path: \"nul?.csv\"");
    }

    @Test
    void shouldTellTheFormByTheEndingOrByTheOption() throws IOException {
        Path file = directory.resolve("data.txt");
        Files.writeString(file, FLOWERS);
        assertThatThrownBy(() -> DataFiles.read(file.toString(), DataOptions.DEFAULT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("give --format csv or idx or npy or npz or libsvm");
        assertThat(DataFiles.read(file.toString(), DataOptions.DEFAULT.withFormat(DataFormat.CSV))
                        .rows())
                .isEqualTo(3);
    }

    @Test
    void shouldRefuseOptionsThatAreForOtherData() {
        assertThat(error(FLOWERS, DataOptions.DEFAULT.withLabels(directory)))
                .isEqualTo("data.csv: --labels is not for a file of form csv; leave it out");
        assertThat(error(FLOWERS, DataOptions.DEFAULT.withFormat(DataFormat.IDX).withTarget("0")))
                .isEqualTo("data.csv: --target is not for a file of form idx; leave it out");
        for (DataOptions options : List.of(
                DataOptions.DEFAULT.withTarget("0"),
                DataOptions.DEFAULT.withHeader(Header.ON),
                DataOptions.DEFAULT.withTask(Task.REGRESSION),
                DataOptions.DEFAULT.withFormat(DataFormat.CSV),
                DataOptions.DEFAULT.withLabels(directory))) {
            assertThatThrownBy(() -> DataFiles.read("iris", options))
                    .isInstanceOf(InputException.class)
                    .hasMessageMatching("iris: --[a-z]+ is not for a built-in data set; leave it out");
        }
    }

    @Test
    void shouldReadDataForAModelInTheModelsTerms() {
        DataSchema model = read(FLOWERS, DataOptions.DEFAULT).schema();
        RawData onlyRoses = read("length,width,species\n1,2,rose\n", model);
        assertThat(onlyRoses.schema()).isEqualTo(model);
        assertThat(onlyRoses.targets()).containsExactly(1);
        assertThat(read("id,width,species,length\n7,2,rose,1\n", model).features())
                .as("columns are found by their names")
                .containsExactly(1, 2);
        RawData targetFirst = read("species,length,width\ndaisy,1,2\n", model);
        assertThat(targetFirst.features()).containsExactly(1, 2);
        assertThat(targetFirst.targets()).containsExactly(0);
        RawData withoutTargets = read("1,2\n3,4\n", model);
        assertThat(withoutTargets.hasTargets()).isFalse();
        assertThat(withoutTargets.features()).containsExactly(1, 2, 3, 4);
        assertThatThrownBy(withoutTargets::requireTargets)
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no target column \"species\"; expected 3 columns, found 2");
    }

    @Test
    void shouldFindTheTargetWhereTheModelsDataHadIt() {
        DataSchema model = read("rose,1,2\ndaisy,3,4\n", DataOptions.DEFAULT.withTarget("0"))
                .schema();
        assertThat(model.targetColumn()).isZero();
        RawData same = read("daisy,5,6\n", model);
        assertThat(same.features()).containsExactly(5, 6);
        assertThat(same.targets()).containsExactly(0);
        assertThat(DataFiles.read(write("5,6,rose\n").toString(), DataOptions.DEFAULT.withTarget("2"), model)
                        .targets())
                .as("an option tells otherwise")
                .containsExactly(1);
        assertThat(read("5,6\n", model).hasTargets()).isFalse();
        DataSchema named = read("species,length\nrose,1\ndaisy,2\n", DataOptions.DEFAULT.withTarget("species"))
                .schema();
        assertThat(read("length,species\n1,rose\n", named).targets())
                .as("a name wins")
                .containsExactly(1);
        assertThat(read("rose,1\n", named).targets()).containsExactly(1);
        DataSchema older = new DataSchema(Task.CLASSIFICATION, 2, List.of(), "", List.of("daisy", "rose"));
        assertThat(read("5,6,rose\n", older).targets())
                .as("a model that does not say: the last")
                .containsExactly(1);
    }

    @Test
    void shouldRefuseDataThatDoesNotMatchTheModel() {
        DataSchema model = read(FLOWERS, DataOptions.DEFAULT).schema();
        assertThat(error("1,2,3,rose\n4,5,6,rose\n", model))
                .isEqualTo(
                        "data.csv: expected 2 inputs (with a target column 3 columns), found 4 columns; give data with the"
                                + " columns the model was trained on");
        assertThat(error("1,2,rose\n4,5,tulip\n", model))
                .isEqualTo("data.csv, line 2, column 2: unknown class \"tulip\"; the model knows daisy, rose");
        assertThat(error("width,long,species\n1,2,rose\n", model))
                .isEqualTo(
                        "data.csv, line 1: no column \"length\", which the model was trained on; found \"width, long,"
                                + " species\"");
        DataSchema regression = new DataSchema(Task.REGRESSION, 2, List.of(), "", List.of());
        assertThat(error(FLOWERS, regression))
                .startsWith("data.csv, line 2, column 2 (species): not a number: \"rose\"");
    }

    private DataOptions options(Header header, Task task) {
        return DataOptions.DEFAULT.withHeader(header).withTask(task);
    }

    private RawData read(String content, DataOptions options) {
        return DataFiles.read(write(content).toString(), options);
    }

    private RawData read(String content, DataSchema model) {
        return DataFiles.read(write(content).toString(), DataOptions.DEFAULT, model);
    }

    /** Returns the message without the directory. */
    private String error(String content, DataOptions options) {
        return message(() -> read(content, options));
    }

    private String error(String content, DataSchema model) {
        return message(() -> read(content, model));
    }

    private String message(Runnable read) {
        try {
            read.run();
        } catch (InputException e) {
            assertThat(e.getMessage().lines()).hasSize(1);
            return e.getMessage().replace(directory + "/", "");
        }
        throw new AssertionError("expected an InputException");
    }

    private Path write(String content) {
        try {
            return Files.writeString(directory.resolve("data.csv"), content);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
