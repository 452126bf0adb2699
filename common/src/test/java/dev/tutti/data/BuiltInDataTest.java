package dev.tutti.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.model.Loss;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuiltInDataTest {

    @ParameterizedTest
    @CsvSource({
        "breast_cancer, 569, 30,  2, binary_cross_entropy, 1",
        "diabetes,      442, 10,  0, squared_error,        1",
        "digits,       1797, 64, 10, cross_entropy,       10",
        "iris,          150,  4,  3, cross_entropy,        3",
        "wine,          178, 13,  3, cross_entropy,        3",
        "xor,             4,  2,  2, binary_cross_entropy, 1"
    })
    void shouldHaveAllRowsColumnsAndClasses(String name, int rows, int inputs, int classes, String loss, int outputs) {
        RawData data = DataFiles.read(name, DataOptions.DEFAULT);
        assertThat(data.rows()).isEqualTo(rows);
        assertThat(data.schema().inputCount()).isEqualTo(inputs);
        assertThat(data.schema().classCount()).isEqualTo(classes);
        assertThat(data.hasTargets()).isTrue();
        assertThat(data.schema().defaultLoss().id()).isEqualTo(loss);
        assertThat(data.schema().outputsFor(Loss.valueOf(loss.toUpperCase(java.util.Locale.ROOT))))
                .isEqualTo(outputs);
        if (classes > 0) {
            assertThat(Arrays.stream(toDoubles(data.targets())).distinct().count())
                    .isEqualTo(classes);
        }
    }

    @Test
    void shouldBeListedByName() {
        assertThat(BuiltInData.names()).containsExactly("breast_cancer", "diabetes", "digits", "iris", "wine", "xor");
        assertThat(BuiltInData.has("./iris")).isFalse();
    }

    @Test
    void shouldHoldTheValuesOfTheFiles() {
        RawData iris = BuiltInData.read("iris");
        assertThat(Arrays.copyOf(iris.features(), 4)).containsExactly(5.1f, 3.5f, 1.4f, 0.2f);
        assertThat(iris.schema().classNames()).containsExactly("setosa", "versicolor", "virginica");
        assertThat(iris.targets()[149]).isEqualTo(2);
        RawData diabetes = BuiltInData.read("diabetes");
        assertThat(Arrays.copyOf(diabetes.features(), 10))
                .containsExactly(59, 2, 32.1f, 101, 157, 93.2f, 38, 4, 4.8598f, 87);
        assertThat(diabetes.targets()[0]).isEqualTo(151);
        RawData digits = BuiltInData.read("digits");
        assertThat(Arrays.copyOf(digits.features(), 8)).containsExactly(0, 0, 5, 13, 9, 1, 0, 0);
        assertThat(Arrays.copyOf(digits.targets(), 4)).containsExactly(0, 1, 2, 3);
    }

    @Test
    void shouldHaveTheWholeTruthTableOfXor() {
        RawData xor = BuiltInData.read("xor");
        for (int row = 0; row < 4; row++) {
            int a = (int) xor.features()[2 * row];
            int b = (int) xor.features()[2 * row + 1];
            assertThat(a * 2 + b).isEqualTo(row);
            assertThat(xor.targets()[row]).isEqualTo(a ^ b);
        }
        assertThat(xor.holdOut()).isFalse();
    }

    private static double[] toDoubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }
}
