package dev.tutti.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.files.InputException;
import dev.tutti.model.Loss;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreparedDataTest {
    private static final List<String> THREE = List.of("a", "b", "c");

    /** The split of the built-in sets is that of version 0.1: their trained bits depend on it. */
    @ParameterizedTest
    @ValueSource(strings = {"digits", "iris", "wine", "breast_cancer"})
    void shouldHoldOutTheSameShareOfEachClass(String name) {
        RawData raw = BuiltInData.read(name);
        PreparedData data = PreparedData.of(raw, Loss.CROSS_ENTROPY, Scale.NONE, 0.2, 1);
        assertThat(data.training().samples() + data.validation().samples()).isEqualTo(raw.rows());
        for (int c = 0; c < raw.schema().classCount(); c++) {
            double all = count(raw.targets(), c);
            assertThat((double) count(data.validation().targets(), c)).isEqualTo(Math.floor(0.2 * all + 0.5));
        }
    }

    @Test
    void shouldHoldOutTheShareOfManySmallClasses() {
        RawData data = manyClasses(100, 2);
        PreparedData prepared = PreparedData.of(data, Loss.CROSS_ENTROPY, Scale.NONE, 0.2, 1);
        assertThat(prepared.validation().samples()).isEqualTo(40);
        for (int c = 0; c < 100; c++) {
            assertThat(count(prepared.validation().targets(), c)).isBetween(0, 1);
        }
        assertThat(prepared.preprocessing().split().heldOutRows(data))
                .as("found again from what the model remembers")
                .isEqualTo(rows(prepared.validation()));
        PreparedData other = PreparedData.of(data, Loss.CROSS_ENTROPY, Scale.NONE, 0.2, 2);
        assertThat(rows(other.validation())).as("another seed").isNotEqualTo(rows(prepared.validation()));
    }

    @Test
    void shouldGiveEachClassItsShareRoundedUpOrDown() {
        for (double share : new double[] {0.05, 0.2, 0.33, 0.5, 0.7, 0.9}) {
            for (int rows = 2; rows < 12; rows++) {
                RawData data = manyClasses(23, rows);
                boolean[] heldOut = DataSplit.heldOut(data, share, 5, OptionalInt.empty());
                double reachable = 23.0 * Math.min(Math.ceil(share * rows), rows - 1);
                String what = "share " + share + " of 23 classes of " + rows;
                assertThat((double) DataSplit.rows(heldOut, true).length)
                        .as(what)
                        .isBetween(
                                Math.min(reachable, Math.floor(share * 23 * rows)),
                                Math.min(reachable, Math.ceil(share * 23 * rows)));
                for (int c = 0; c < 23; c++) {
                    int of = c;
                    int count = rows;
                    long held = IntStream.range(0, rows)
                            .filter(i -> heldOut[of * count + i])
                            .count();
                    assertThat((double) held).as(what).isBetween(Math.floor(share * rows), Math.ceil(share * rows));
                }
            }
        }
    }

    /** Version 0.1 rounded for each class alone: here 3 of 7 rows are 1, of 28 in all 4 and not 5. */
    @Test
    void shouldFindTheRowsThatAnOlderVersionHeldOut() {
        RawData data = manyClasses(4, 7);
        double share = 0.19;
        PreparedData now = PreparedData.of(data, Loss.CROSS_ENTROPY, Scale.NONE, share, 1);
        assertThat(now.validation().samples()).isEqualTo(5);
        DataSplit older = new DataSplit(DataSplit.Kind.SHARE, share, 1, data.sha256(), 24, 4);
        int[] rows = older.heldOutRows(data);
        assertThat(rows).hasSize(4);
        for (int c = 0; c < 4; c++) {
            assertThat(rows[c] / 7).as("one of each class").isEqualTo(c);
        }
    }

    @Test
    void shouldKeepTheSplitOfARunThatGoesOn() {
        RawData data = manyClasses(4, 7);
        PreparedData older = PreparedData.of(data, Loss.CROSS_ENTROPY, Scale.NONE, 0.19, 1, OptionalInt.of(24));
        assertThat(older.training().samples()).isEqualTo(24);
        assertThat(older.preprocessing().split().heldOutRows(data)).hasSize(4);
        PreparedData newer = PreparedData.of(data, Loss.CROSS_ENTROPY, Scale.NONE, 0.19, 1, OptionalInt.of(23));
        assertThat(newer.training().samples()).isEqualTo(23);
    }

    /** From an independent implementation; if this changes, models no longer know what they were validated on. */
    @Test
    void shouldKeepItsChoiceForEver() {
        RawData data = regression(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        PreparedData prepared = PreparedData.of(data, Loss.SQUARED_ERROR, Scale.NONE, 0.3, 1);
        assertThat(prepared.validation().features()).containsExactly(3, 4, 6);
        assertThat(prepared.training().features()).containsExactly(0, 1, 2, 5, 7, 8, 9);
        assertThat(prepared.trainingRows()).containsExactly(0, 1, 2, 5, 7, 8, 9);
    }

    @Test
    void shouldFindTheHeldOutRowsAgainFromWhatTheModelRemembers() {
        RawData iris = BuiltInData.read("iris");
        PreparedData data = PreparedData.of(iris, Loss.CROSS_ENTROPY, Scale.STANDARDIZE, 0.3, 9);
        int[] rows = data.preprocessing().split().heldOutRows(iris);
        assertThat(data.preprocessing().apply(iris, rows, Loss.CROSS_ENTROPY).features())
                .isEqualTo(data.validation().features());
        assertThatThrownBy(() -> data.preprocessing().split().heldOutRows(BuiltInData.read("wine")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("wine: not the data the model was trained on: expected SHA-256");
    }

    @Test
    void shouldChooseOtherRowsForAnotherSeed() {
        RawData iris = BuiltInData.read("iris");
        assertThat(DataSplit.heldOut(iris, 0.2, 1, OptionalInt.empty()))
                .isEqualTo(DataSplit.heldOut(iris, 0.2, 1, OptionalInt.empty()))
                .isNotEqualTo(DataSplit.heldOut(iris, 0.2, 2, OptionalInt.empty()));
    }

    @Test
    void shouldKeepARowOfEachClassForTraining() {
        RawData data = classes(THREE, 0, 1, 2, 0, 0, 0);
        PreparedData prepared = PreparedData.of(data, Loss.CROSS_ENTROPY, Scale.NONE, 0.99, 1);
        assertThat(IntStream.range(0, 3).map(c -> count(prepared.training().targets(), c)))
                .containsExactly(1, 1, 1);
    }

    @Test
    void shouldLeaveRowsUntouchedWithoutScaleAndValidation() {
        RawData digits = BuiltInData.read("digits");
        PreparedData data = PreparedData.of(digits, Loss.CROSS_ENTROPY, Scale.NONE, 0, 1);
        assertThat(data.training().features()).isEqualTo(digits.features());
        assertThat(data.training().targets()).isEqualTo(digits.targets());
        assertThat(data.validation().samples()).isZero();
        assertThat(data.preprocessing().split().kind()).isEqualTo(DataSplit.Kind.NONE);
    }

    @Test
    void shouldTrainAndValidateOnAllRowsOfXor() {
        PreparedData data =
                PreparedData.of(BuiltInData.read("xor"), Loss.BINARY_CROSS_ENTROPY, Scale.STANDARDIZE, 0.2, 1);
        assertThat(data.training().features()).containsExactly(-1, -1, -1, 1, 1, -1, 1, 1);
        assertThat(data.training().targets()).containsExactly(0, 1, 1, 0);
        assertThat(data.validation().features()).isEqualTo(data.training().features());
        assertThat(data.validation().targets()).isEqualTo(data.training().targets());
        assertThat(data.preprocessing().split().kind()).isEqualTo(DataSplit.Kind.TRAINING_ROWS);
        assertThat(PreparedData.of(BuiltInData.read("xor"), Loss.SQUARED_ERROR, Scale.NONE, 0, 1)
                        .validation()
                        .samples())
                .isZero();
    }

    @Test
    void shouldHoldOutATestBesidesTheSameValidation() {
        RawData iris = BuiltInData.read("iris");
        PreparationRules rules = PreparationRules.of(Scale.STANDARDIZE);
        DataSplit without = PreparedData.of(iris, Loss.CROSS_ENTROPY, Scale.STANDARDIZE, 0.2, 3)
                .preprocessing()
                .split();
        PreparedData data = PreparedData.ofOwned(
                BuiltInData.read("iris"), Loss.CROSS_ENTROPY, rules, 0.2, 0.1, 3, OptionalInt.empty());
        DataSplit split = data.preprocessing().split();

        assertThat(split.heldOutRows(iris)).isEqualTo(without.heldOutRows(iris));
        int[] test = split.testRows(iris);
        assertThat(test).hasSize(15).hasSize(data.test().samples());
        assertThat(data.validation().samples()).isEqualTo(30);
        int[] all = Stream.of(data.trainingRows(), test, split.heldOutRows(iris))
                .flatMapToInt(Arrays::stream)
                .sorted()
                .toArray();
        assertThat(all).isEqualTo(IntStream.range(0, iris.rows()).toArray());
        assertThatThrownBy(() -> without.testRows(iris))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no share of the training data was held out for a test; train with --test");
        assertThatThrownBy(
                        () -> PreparedData.ofOwned(iris, Loss.CROSS_ENTROPY, rules, 0.6, 0.4, 3, OptionalInt.empty()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("test out of range: 0.4");
    }

    @Test
    void shouldLeaveTargetsOfPositiveMeansAlone() {
        RawData counts = regression(3, 0, 2, 1, 5, 4);
        PreparedData data = PreparedData.of(counts, Loss.POISSON, Scale.STANDARDIZE, 0, 1);
        assertThat(data.training().targets()).containsExactly(3, 0, 2, 1, 5, 4);
        assertThat(data.preprocessing().targetUnit().factor()).isEqualTo(1);

        assertThatThrownBy(() -> PreparedData.of(counts, Loss.GAMMA, Scale.STANDARDIZE, 0, 1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(
                        "row 2: target 0.0 is out of range for the loss gamma, allowed: above 0; use --loss squared_error");
        assertThatThrownBy(() -> PreparedData.of(regression(1, -1), Loss.TWEEDIE, Scale.STANDARDIZE, 0, 1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("row 2: target -1.0 is out of range for the loss tweedie, allowed: 0 or more");
    }

    @Test
    void shouldMeasureOnTheTrainingRowsAlone() {
        RawData data = regression(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        Preprocessing measured =
                PreparedData.of(data, Loss.SQUARED_ERROR, Scale.MINMAX, 0.3, 1).preprocessing();
        assertThat(measured.inputShift()).containsExactly(0);
        assertThat(measured.inputFactor()).containsExactly(1.0 / 9);
        Preprocessing standardized = PreparedData.of(data, Loss.SQUARED_ERROR, Scale.STANDARDIZE, 0.3, 1)
                .preprocessing();
        assertThat(standardized.inputShift()).containsExactly((0 + 1 + 2 + 5 + 7 + 8 + 9) / 7.0);
    }

    @Test
    void shouldStandardizeToMeanZeroAndDeviationOne() {
        PreparedData data = PreparedData.of(BuiltInData.read("wine"), Loss.CROSS_ENTROPY, Scale.STANDARDIZE, 0.2, 1);
        Dataset training = data.training();
        for (int column = 0; column < training.featureCount(); column++) {
            double sum = 0;
            double squares = 0;
            for (int row = 0; row < training.samples(); row++) {
                double value = training.features()[row * training.featureCount() + column];
                sum += value;
                squares += value * value;
            }
            assertThat(sum / training.samples()).isBetween(-1e-6, 1e-6);
            assertThat(squares / training.samples()).isBetween(1 - 1e-5, 1 + 1e-5);
        }
    }

    @Test
    void shouldScaleToTheRangeZeroToOne() {
        PreparedData data = PreparedData.of(BuiltInData.read("wine"), Loss.CROSS_ENTROPY, Scale.MINMAX, 0, 1);
        int columns = data.training().featureCount();
        for (int column = 0; column < columns; column++) {
            int of = column;
            double[] values = IntStream.range(0, data.training().samples())
                    .mapToDouble(row -> data.training().features()[row * columns + of])
                    .toArray();
            assertThat(Arrays.stream(values).min()).hasValue(0);
            assertThat(Arrays.stream(values).max()).hasValue(1);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Scale.class,
            names = {"STANDARDIZE", "MINMAX"})
    void shouldTurnAConstantColumnIntoZeros(Scale scale) {
        DataSchema schema = new DataSchema(Task.REGRESSION, 1, List.of(), "", List.of());
        float[] column = {0.1f, 0.1f, 0.1f};
        RawData data = new RawData("test", schema, column, column, 3, true);
        PreparedData prepared = PreparedData.of(data, Loss.SQUARED_ERROR, scale, 0, 1);
        assertThat(prepared.training().features()).containsExactly(0, 0, 0);
        assertThat(prepared.training().targets()).containsExactly(0, 0, 0);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.MIN_VALUE, 1e-30f, 1e30f, Float.MAX_VALUE})
    void shouldScaleExtremeColumns(float size) {
        RawData data = regression(-size, size, size, -size);
        for (Scale scale : Scale.values()) {
            Dataset training =
                    PreparedData.of(data, Loss.SQUARED_ERROR, scale, 0, 1).training();
            for (float value : training.features()) {
                assertThat(value).isFinite();
            }
            if (scale == Scale.STANDARDIZE) {
                assertThat(training.features()).containsExactly(-1, 1, 1, -1);
            }
        }
    }

    @Test
    void shouldRefuseValuesThatLeaveTheRangeOfFloats() {
        Preprocessing tiny = PreparedData.of(
                        regression(0, 1e-38f, 0, 1e-38f), Loss.SQUARED_ERROR, Scale.STANDARDIZE, 0, 1)
                .preprocessing();
        assertThatThrownBy(() -> tiny.apply(regression(1, 1e30f), Loss.SQUARED_ERROR))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("test, row 2, input 0: 1.0E30 is out of range after scaling");
    }

    @Test
    void shouldScaleTheTargetsOfARegressionAndBack() {
        RawData diabetes = BuiltInData.read("diabetes");
        for (Scale scale : Scale.values()) {
            PreparedData data = PreparedData.of(diabetes, Loss.SQUARED_ERROR, scale, 0, 1);
            for (int row = 0; row < diabetes.rows(); row++) {
                float back = data.preprocessing().unscaleTarget(data.training().targets()[row]);
                assertThat(back)
                        .isCloseTo(diabetes.targets()[row], org.assertj.core.data.Percentage.withPercentage(1e-4));
            }
        }
        PreparedData untouched = PreparedData.of(diabetes, Loss.SQUARED_ERROR, Scale.NONE, 0, 1);
        assertThat(untouched.training().targets()).isEqualTo(diabetes.targets());
    }

    @Test
    void shouldLayOutTargetsForTheLoss() {
        RawData three = classes(THREE, 2, 0, 1);
        assertThat(targets(three, Loss.CROSS_ENTROPY)).containsExactly(2, 0, 1);
        assertThat(targets(three, Loss.SQUARED_ERROR)).containsExactly(0, 0, 1, 1, 0, 0, 0, 1, 0);
        assertThat(targets(three, Loss.BINARY_CROSS_ENTROPY)).containsExactly(0, 0, 1, 1, 0, 0, 0, 1, 0);
        RawData two = classes(List.of("no", "yes"), 1, 0);
        assertThat(targets(two, Loss.BINARY_CROSS_ENTROPY)).containsExactly(1, 0);
        assertThat(targets(two, Loss.SQUARED_ERROR)).containsExactly(1, 0);
        assertThat(targets(two, Loss.CROSS_ENTROPY)).containsExactly(1, 0);
        assertThat(two.schema().outputsFor(Loss.CROSS_ENTROPY)).isEqualTo(2);
        assertThat(targets(regression(0.5f, 3), Loss.SQUARED_ERROR)).containsExactly(0.5f, 3);
        assertThat(targets(regression(0.5f, 3), Loss.HUBER)).containsExactly(0.5f, 3);
        for (Loss loss : List.of(Loss.CROSS_ENTROPY, Loss.BINARY_CROSS_ENTROPY)) {
            assertThatThrownBy(() -> targets(regression(1, 2), loss))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("loss " + loss.id() + " is for classes, but the target is a number");
        }
    }

    @Test
    void shouldValidateOnOtherData() {
        RawData data = regression(0, 2);
        PreparedData prepared = PreparedData.of(data, regression(4, 1, 1), Loss.SQUARED_ERROR, Scale.MINMAX);
        assertThat(prepared.training().features()).containsExactly(0, 1);
        assertThat(prepared.validation().features()).containsExactly(2, 0.5f, 0.5f);
        assertThat(prepared.preprocessing().split().kind()).isEqualTo(DataSplit.Kind.FILE);
    }

    @Test
    void shouldRefuseSharesThatMakeNoSense() {
        RawData data = regression(0, 1);
        for (double share : new double[] {-0.1, 1, Double.NaN}) {
            assertThatThrownBy(() -> PreparedData.of(data, Loss.SQUARED_ERROR, Scale.NONE, share, 1))
                    .isInstanceOf(InputException.class)
                    .hasMessage("validation out of range: " + share + ", allowed: 0 to below 1");
        }
        assertThatThrownBy(() -> PreparedData.of(data, Loss.SQUARED_ERROR, Scale.NONE, 0.2, 1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("test: validation 0.2 of 2 rows holds out none");
    }

    @Test
    void shouldRefuseDataThatDoesNotMatchTheModel() {
        Preprocessing digits = PreparedData.of(
                        BuiltInData.read("digits"), Loss.CROSS_ENTROPY, Scale.STANDARDIZE, 0.2, 1)
                .preprocessing();
        assertThatThrownBy(() -> digits.apply(BuiltInData.read("wine"), Loss.CROSS_ENTROPY))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("wine: expected 64 inputs, found 13");
        DataSchema abc = classes(THREE, 0, 1, 2).schema();
        assertThatThrownBy(() -> Conformance.conform(classes(List.of("b", "x"), 0, 1), abc))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("test, row 2: unknown class \"x\"; the model knows a, b, c");
        assertThatThrownBy(() -> Conformance.conform(regression(0, 1), abc))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("the model was trained for classification, but the target is for regression");
        assertThat(Conformance.conform(classes(List.of("c", "b"), 0, 1, 1), abc).targets())
                .containsExactly(2, 1, 1);
    }

    @Test
    void shouldTransformDataWithoutTargets() {
        DataSchema schema = classes(THREE, 0, 1, 2).schema();
        RawData data = new RawData("test", schema, new float[] {1, 2}, new float[0], 2, true);
        Preprocessing preprocessing = PreparedData.of(classes(THREE, 0, 1, 2), Loss.CROSS_ENTROPY, Scale.NONE, 0, 1)
                .preprocessing();
        assertThat(preprocessing.apply(data, Loss.CROSS_ENTROPY).features()).containsExactly(1, 2);
    }

    @Test
    void shouldGiveEachDataSetItsOwnFingerprint() {
        Dataset dataset = new Dataset(new float[] {1, 2}, 1, new float[] {3, 4}, 1, 2);
        assertThat(Fingerprint.sha256(dataset))
                .isEqualTo("e589d4b7d983346d56619e0fbdf2e8c4e4fcdf867807cd597f0de97e420f3560")
                .isNotEqualTo(Fingerprint.sha256(new Dataset(new float[] {1, 2}, 2, new float[] {3, 4}, 2, 1)))
                .isNotEqualTo(Fingerprint.sha256(new Dataset(new float[] {2, 1}, 1, new float[] {4, 3}, 1, 2)));
        assertThat(regression(1, 2).sha256()).isNotEqualTo(regression(2, 1).sha256());
    }

    private static float[] targets(RawData data, Loss loss) {
        Dataset training = PreparedData.of(data, loss, Scale.NONE, 0, 1).training();
        assertThat(training.targetCount())
                .isEqualTo(loss.targetCount(data.schema().outputsFor(loss)));
        return training.targets();
    }

    /** One input, which is also the target. */
    private static RawData regression(float... values) {
        DataSchema schema = new DataSchema(Task.REGRESSION, 1, List.of(), "", List.of());
        return new RawData("test", schema, values, values, values.length, true);
    }

    /** One input, the number of the class. */
    private static RawData classes(List<String> names, float... targets) {
        DataSchema schema = new DataSchema(Task.CLASSIFICATION, 1, List.of(), "", names);
        return new RawData("test", schema, targets, targets, targets.length, true);
    }

    /** Classes of {@code rows} rows each, one after the other; the input is the number of the row. */
    private static RawData manyClasses(int classes, int rows) {
        List<String> names =
                IntStream.range(0, classes).mapToObj(String::valueOf).toList();
        DataSchema schema = new DataSchema(Task.CLASSIFICATION, 1, List.of(), "", names);
        float[] features = new float[classes * rows];
        float[] targets = new float[classes * rows];
        for (int row = 0; row < features.length; row++) {
            features[row] = row;
            targets[row] = row / rows;
        }
        return new RawData("test", schema, features, targets, features.length, true);
    }

    /** The numbers of the rows, of samples of {@link #manyClasses}. */
    private static int[] rows(Dataset samples) {
        return IntStream.range(0, samples.samples())
                .map(i -> (int) samples.features()[i])
                .toArray();
    }

    private static int count(float[] targets, int wanted) {
        return (int) IntStream.range(0, targets.length)
                .filter(row -> targets[row] == wanted)
                .count();
    }
}
