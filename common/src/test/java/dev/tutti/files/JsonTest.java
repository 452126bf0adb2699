package dev.tutti.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void shouldKeepTheOrderAndLeaveOutWhatIsNotKnown() {
        String line = new Json()
                .put("b", 1)
                .put("a", 0.5)
                .put("nan", Double.NaN)
                .put("infinite", Double.NEGATIVE_INFINITY)
                .put("text", "say \"hi\"\n")
                .put("list", List.of("x", "y"))
                .put("table", new int[][] {{1, 2}, {3, 4}})
                .line();

        assertThat(line)
                .isEqualTo("{\"b\":1,\"a\":0.5,\"text\":\"say \\\"hi\\\"\\n\",\"list\":[\"x\",\"y\"],"
                        + "\"table\":[[1,2],[3,4]]}");
    }
}
