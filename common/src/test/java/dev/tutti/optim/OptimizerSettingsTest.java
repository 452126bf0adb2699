package dev.tutti.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptimizerSettingsTest {
    private final ObjectMapper json = new ObjectMapper();

    /** What one of the three lists lacks could not be chosen, or not be sent to a worker. */
    @Test
    void shouldNameEveryOptimizerEverywhere() {
        JsonSubTypes.Type[] named =
                OptimizerSettings.class.getAnnotation(JsonSubTypes.class).value();

        assertThat(Arrays.stream(named).map(JsonSubTypes.Type::value))
                .containsExactlyInAnyOrder(OptimizerSettings.class.getPermittedSubclasses());
        assertThat(Arrays.stream(named).map(JsonSubTypes.Type::name))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(OptimizerSettings.Kind.values())
                        .map(OptimizerSettings.Kind::id)
                        .toList());
    }

    @Test
    void shouldBeToldApartInJson() throws IOException {
        OptimizerSettings settings = new Sgd.Settings(0.1f, 0.9f);

        String text = json.writeValueAsString(settings);

        assertThat(text).isEqualTo("{\"kind\":\"sgd\",\"learningRate\":0.1,\"momentum\":0.9}");
        assertThat(json.readValue(text, OptimizerSettings.class)).isEqualTo(settings);
        for (String kind : List.of("", "\"kind\":\"no_such\",")) {
            assertThatThrownBy(() -> json.readValue(
                            "{" + kind + "\"learningRate\":0.1,\"momentum\":0.9}", OptimizerSettings.class))
                    .as(kind)
                    .isInstanceOf(InvalidTypeIdException.class);
        }
    }

    /** v = m v + g, w = w - r v, with the learning rate of each step. */
    @Test
    void shouldStepByTheLearningRateOfTheStep() {
        Optimizer sgd = new Sgd.Settings(1, 0.5f).create(1);
        float[] weights = {8};

        sgd.update(0, 1, weights, new float[] {4}, 0.5f);
        sgd.update(1, 0.5f, weights, new float[] {2}, 0.5f);

        assertThat(weights).containsExactly(8 - 1 * 2 - 0.5f * (0.5f * 2 + 1));
        assertThat(sgd.state().get("velocity")).containsExactly(2);
    }
}
