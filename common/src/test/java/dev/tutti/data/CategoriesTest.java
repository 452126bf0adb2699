package dev.tutti.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.files.InputException;
import dev.tutti.model.Loss;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Categories and missing values, from the file to the inputs of a network. */
class CategoriesTest {
    private static final String CARS = """
            colour,doors,age,owner,sold
            red,3,10,Ann,yes
            blue,5,,Bob,no
            red,5,20,Cid,no
            NA,3,30,Dan,yes
            green,3,40,Eve,yes
            red,5,?,Fay,no
            blue,3,60,Guy,yes
            """;

    @TempDir
    Path directory;

    @Test
    void shouldTellWhatColumnsHold() {
        RawData data = read(CARS, DataOptions.DEFAULT);

        assertThat(data.schema().inputNames()).containsExactly("colour", "doors", "age");
        assertThat(data.schema().inputTypes())
                .containsExactly(ColumnType.CATEGORY, ColumnType.NUMBER, ColumnType.NUMBER);
        assertThat(data.schema().leftOut()).containsExactly(3);
        assertThat(data.levelsOf(0)).containsExactly("red", "blue", "green");
        assertThat(Arrays.copyOf(data.features(), 6)).containsExactly(0, 3, 10, 1, 5, Float.NaN);
        assertThat(data.remarks())
                .containsExactly(
                        "column 3 (owner): text, 7 different values in 7 rows: left out; --types owner=category"
                                + " learns from it");
    }

    @Test
    void shouldMakeAnInputOfEachLevelAndSayWhatIsMissing() {
        PreparedData prepared = all(read(CARS, DataOptions.DEFAULT), 100);

        assertThat(prepared.preprocessing().inputLabels())
                .containsExactly(
                        "colour = blue",
                        "colour = green",
                        "colour = red",
                        "colour missing",
                        "doors",
                        "age",
                        "age missing");
        Dataset training = prepared.training();
        assertThat(training.featureCount()).isEqualTo(7);
        assertThat(row(training, 0)).containsExactly(0, 0, 1, 0, 3, 10, 0);
        assertThat(row(training, 1)).as("the mean of the ages").containsExactly(1, 0, 0, 0, 5, 32, 1);
        assertThat(row(training, 3)).as("the most frequent colour").containsExactly(0, 0, 1, 1, 3, 30, 0);
        assertThat(row(training, 4)).containsExactly(0, 1, 0, 0, 3, 40, 0);
    }

    @Test
    void shouldPutRareLevelsTogether() {
        PreparedData prepared = all(read(CARS, DataOptions.DEFAULT), 1);

        assertThat(prepared.preprocessing().inputLabels())
                .startsWith("colour = red", "colour = other", "colour missing", "doors");
        assertThat(row(prepared.training(), 1)).startsWith(0, 1, 0, 5);
        assertThat(row(prepared.training(), 3)).startsWith(1, 0, 1, 3);
    }

    @Test
    void shouldMeasureOnTheTrainingRowsAlone() {
        StringBuilder csv = new StringBuilder("n,k,target\n");
        for (int row = 0; row < 50; row++) {
            csv.append(row)
                    .append(',')
                    .append(row % 2 == 0 ? "even" : "row" + row / 4)
                    .append(',')
                    .append(row + 0.5)
                    .append('\n');
        }
        RawData data = read(csv.toString(), DataOptions.DEFAULT.withTypes(Map.of("k", ColumnType.CATEGORY)));

        PreparedData prepared = PreparedData.of(data, Loss.SQUARED_ERROR, Scale.STANDARDIZE, 0.3, 1);

        List<String> levels = prepared.preprocessing().categories().get(0).levels();
        for (int row : prepared.trainingRows()) {
            assertThat(levels).contains(data.levelsOf(1).get((int) data.features()[2 * row + 1]));
        }
        assertThat(levels)
                .as("some were held out")
                .hasSizeLessThan(data.levelsOf(1).size());
        double sum = Arrays.stream(prepared.trainingRows()).asDoubleStream().sum();
        assertThat(prepared.preprocessing().fill()[0]).isEqualTo(sum / 35);
    }

    /** A level that training did not see sets none of the inputs, or the one for all others; a missing value is filled in. */
    @Test
    void shouldHaveAnAnswerToWhatTrainingDidNotSee() {
        RawData data = read("k,x,target\na,1,0.5\nb,3,1.5\na,2,2.5\nb,6,3.5\nb,3,4.5\n", DataOptions.DEFAULT);
        Preprocessing model = all(data, 100).preprocessing();
        RawData other = forModel("k,x\nz,7\n,\n\"a\",-1\n", model);

        Dataset samples = model.apply(other, Loss.SQUARED_ERROR);

        assertThat(samples.features()).containsExactly(0, 0, 7, 0, 1, 3, 1, 0, -1);
        Preprocessing narrow = all(data, 1).preprocessing();
        assertThat(narrow.apply(forModel("k,x\nz,7\n", narrow), Loss.SQUARED_ERROR)
                        .features())
                .containsExactly(0, 1, 7);
    }

    @Test
    void shouldTakeTheUsersWordForTypes() {
        DataOptions options =
                DataOptions.DEFAULT.withTypes(Map.of("doors", ColumnType.CATEGORY, "3", ColumnType.CATEGORY));
        RawData data = read(CARS, options.withIgnore(List.of("colour")));

        assertThat(data.schema().inputNames()).containsExactly("doors", "age", "owner");
        assertThat(data.schema().leftOut()).containsExactly(0);
        Preprocessing model = all(data, 100).preprocessing();
        assertThat(model.categories().get(0).levels()).containsExactly("3", "5");
        assertThat(model.apply(forModel("doors,age,owner\n5.0,1,Bob\n", model), Loss.BINARY_CROSS_ENTROPY)
                        .features())
                .as("a number is found however it is written")
                .startsWith(0, 1);
        assertThatThrownBy(() -> read(CARS, DataOptions.DEFAULT.withTypes(Map.of("colour", ColumnType.NUMBER))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("data.csv, line 2, column 0 (colour): not a number: \"red\"");
        assertThatThrownBy(() -> read(CARS, DataOptions.DEFAULT.withIgnore(List.of("colours"))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no column \"colours\" (--ignore); allowed: a name");
    }

    @Test
    void shouldRefuseMissingValuesWhereAskedTo() {
        assertThatThrownBy(() -> read(CARS, DataOptions.DEFAULT.withMissing(Missing.REFUSE)))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith(
                        "data.csv, line 3, column 2 (age): no value; give one, or leave out --missing refuse");
    }

    @Test
    void shouldLeaveOutWhatTellsNothing() {
        RawData data = read("same,none,n,y\nx,,1,a\nx,NA,2,b\nx,?,3,a\n", DataOptions.DEFAULT);

        assertThat(data.schema().inputNames()).containsExactly("n");
        assertThat(data.remarks())
                .containsExactly("column 0 (same): one value only: left out", "column 1 (none): no values: left out");
        assertThatThrownBy(() -> read("same,y\nx,a\nx,b\n", DataOptions.DEFAULT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no column to learn from beside the target");
    }

    /** With columns left out, those of a file without names are found by their places. */
    @Test
    void shouldFindColumnsWithoutNames() {
        DataOptions options = DataOptions.DEFAULT.withIgnore(List.of("1")).withTarget("2");
        DataSchema model = read("1,9,a,u\n2,8,b,v\n3,7,a,u\n", options).schema();

        assertThat(forModel("4,6,b,v\n", model).features()).containsExactly(4, 0);
        assertThat(forModel("4,6,b,v\n", model).targets()).containsExactly(1);
        assertThat(forModel("4,6,v\n", model).hasTargets()).as("no target").isFalse();
        assertThat(forModel("4,6,v\n", model).features()).containsExactly(4, 0);
        assertThat(forModel("4,v\n", model).features()).as("inputs alone").containsExactly(4, 0);
    }

    @Test
    void shouldScaleWhereTheNumbersLie() {
        RawData wine = BuiltInData.read("wine");
        PreparedData expected = PreparedData.of(wine, Loss.CROSS_ENTROPY, Scale.STANDARDIZE, 0.2, 1);

        PreparedData owned = PreparedData.ofOwned(
                wine, Loss.CROSS_ENTROPY, PreparationRules.of(Scale.STANDARDIZE), 0.2, 1, OptionalInt.empty());

        assertThat(owned.training().features()).isSameAs(wine.features());
        assertThat(Fingerprint.sha256(owned.training())).isEqualTo(Fingerprint.sha256(expected.training()));
        assertThat(Fingerprint.sha256(owned.validation())).isEqualTo(Fingerprint.sha256(expected.validation()));
    }

    @Test
    void shouldTellOtherLevelsApart() {
        String numbers = "k,y\na,1\nb,2\na,1\nb,2\n";
        assertThat(read(numbers, DataOptions.DEFAULT).sha256())
                .isNotEqualTo(
                        read(numbers.replace('b', 'c'), DataOptions.DEFAULT).sha256());
    }

    /** All rows, not scaled. */
    private static PreparedData all(RawData data, int mostLevels) {
        return PreparedData.ofOwned(
                data,
                data.schema().defaultLoss(),
                new PreparationRules(Scale.NONE, mostLevels),
                0,
                1,
                OptionalInt.empty());
    }

    private static float[] row(Dataset data, int row) {
        return Arrays.copyOfRange(data.features(), row * data.featureCount(), (row + 1) * data.featureCount());
    }

    private RawData read(String content, DataOptions options) {
        return DataFiles.read(write(content), options);
    }

    private RawData forModel(String content, Preprocessing model) {
        return forModel(content, model.schema());
    }

    private RawData forModel(String content, DataSchema model) {
        return DataFiles.read(write(content), DataOptions.DEFAULT, model);
    }

    private String write(String content) {
        try {
            return Files.writeString(directory.resolve("data.csv"), content).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
