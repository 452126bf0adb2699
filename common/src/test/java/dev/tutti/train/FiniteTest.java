package dev.tutti.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FiniteTest {
    @Test
    void shouldFindTheFirstWhereverItIs() {
        for (int length = 1; length < 40; length++) {
            float[] values = new float[length];
            Arrays.fill(values, -Float.MAX_VALUE);
            assertThat(Finite.firstNotFinite(values)).isEqualTo(-1);
            for (int at = 0; at < length; at++) {
                float[] bad = values.clone();
                bad[at] = at % 3 == 0 ? Float.NaN : at % 3 == 1 ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY;
                bad[length - 1] = at == length - 1 ? bad[at] : Float.NaN;
                assertThat(Finite.firstNotFinite(bad))
                        .as("%s of %s", at, length)
                        .isEqualTo(at);
            }
        }
        assertThat(Finite.firstNotFinite(new float[0])).isEqualTo(-1);
    }
}
