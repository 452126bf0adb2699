package dev.tutti.app.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tutti.app.explain.page.Explanation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/** Values that were computed elsewhere, in float64. */
public final class Worked {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Worked() {}

    /** Reads {@code worked_steps.json} or {@code worked_examples.json}. */
    public static JsonNode read(String resource) {
        try (InputStream in = Worked.class.getResourceAsStream(resource)) {
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the JSON of an explanation, as a program reads it. */
    public static JsonNode json(Explanation explanation) {
        try {
            return JSON.readTree(Form.JSON.of(explanation, false));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every number of {@code expected} is in {@code found} at the same place, within float32's rounding; so is every text. */
    static void assertSame(String place, JsonNode found, JsonNode expected) {
        if (expected.isNumber()) {
            double value = expected.asDouble();
            assertThat(found.isNumber()).as(place + ": " + found).isTrue();
            assertThat(found.asDouble()).as(place).isCloseTo(value, within(1e-7 + 1e-5 * Math.abs(value)));
        } else if (expected.isArray()) {
            assertThat(found.size()).as(place).isEqualTo(expected.size());
            for (int i = 0; i < expected.size(); i++) {
                assertSame(place + "[" + i + "]", found.get(i), expected.get(i));
            }
        } else if (expected.isObject()) {
            for (Map.Entry<String, JsonNode> entry : expected.properties()) {
                assertThat(found.has(entry.getKey()))
                        .as(place + "." + entry.getKey())
                        .isTrue();
                assertSame(place + "." + entry.getKey(), found.get(entry.getKey()), entry.getValue());
            }
        } else {
            assertThat(found).as(place).isEqualTo(expected);
        }
    }
}
