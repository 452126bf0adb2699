package dev.tutti.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.app.http.ServiceInProcess.Answer;
import java.util.ArrayList;
import java.util.List;

/** Holds answers to an OpenAPI document: as much of JSON Schema as ours uses. */
final class Schemas {
    private final JsonNode document;

    Schemas(JsonNode document) {
        this.document = document;
    }

    /** The status is documented for the route, and so are type and content. */
    void check(String method, String path, Answer answer) {
        String what = method + " " + path + " " + answer.status() + " " + answer.text();
        JsonNode response =
                document.at("/paths/" + path.replace("/", "~1") + "/" + method + "/responses/" + answer.status());
        assertThat(response.isMissingNode()).as(what).isFalse();
        if (answer.text().isEmpty()) {
            assertThat(response.has("content")).as(what).isFalse();
            return;
        }
        JsonNode content = response.path("content").path(answer.type().replaceFirst(";.*", ""));
        assertThat(content.isMissingNode()).as(what).isFalse();
        if (answer.json() == null) {
            assertThat(content.at("/schema/type").asText()).as(what).isEqualTo("string");
            return;
        }
        List<String> problems = new ArrayList<>();
        compare(content.get("schema"), answer.json(), "", problems);
        assertThat(problems).as(what).isEmpty();
    }

    private void compare(JsonNode given, JsonNode value, String place, List<String> problems) {
        JsonNode schema =
                given.has("$ref") ? document.at(given.get("$ref").asText().substring(1)) : given;
        if (schema.has("type") && !isOneOf(schema.get("type"), value)) {
            problems.add(place + ": not " + schema.get("type"));
        }
        if (schema.has("enum") && !contains(schema.get("enum"), value)) {
            problems.add(place + ": none of " + schema.get("enum"));
        }
        schema.path("required").forEach(key -> {
            if (!value.has(key.asText())) {
                problems.add(place + ": lacks " + key);
            }
        });
        if (value.isObject()) {
            value.properties().forEach(field -> {
                JsonNode of = schema.path("properties").path(field.getKey());
                String at = place + "/" + field.getKey();
                if (!of.isMissingNode()) {
                    compare(of, field.getValue(), at, problems);
                } else if (schema.has("additionalProperties")
                        && !schema.get("additionalProperties").asBoolean()) {
                    problems.add(at + ": not documented");
                }
            });
        }
        if (value.isArray() && schema.has("items")) {
            value.forEach(item -> compare(schema.get("items"), item, place + "[]", problems));
        }
    }

    private static boolean contains(JsonNode list, JsonNode value) {
        for (JsonNode one : list) {
            if (one.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOneOf(JsonNode types, JsonNode value) {
        List<String> names = new ArrayList<>();
        if (types.isArray()) {
            types.forEach(type -> names.add(type.asText()));
        } else {
            names.add(types.asText());
        }
        return names.stream().anyMatch(name -> switch (name) {
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "array" -> value.isArray();
            case "object" -> value.isObject();
            default -> throw new IllegalArgumentException(name);
        });
    }
}
