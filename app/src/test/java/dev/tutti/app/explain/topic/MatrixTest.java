package dev.tutti.app.explain.topic;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Shapes are checked, not claimed. */
class MatrixTest {
    private static final MatrixForm.Matrix TWO_BY_THREE = new MatrixForm.Matrix(new float[2][3]);
    private static final MatrixForm.Matrix TWO_BY_TWO = new MatrixForm.Matrix(new float[2][2]);

    @Test
    void shouldRefuseShapesThatDoNotFit() {
        assertThatThrownBy(() -> TWO_BY_THREE.product(TWO_BY_TWO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(2 x 3)(2 x 2)");
        assertThatThrownBy(() -> TWO_BY_TWO.times(TWO_BY_THREE, null, TWO_BY_TWO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not (2 x 2)");
    }
}
