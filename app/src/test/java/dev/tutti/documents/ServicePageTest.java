package dev.tutti.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/service.md lists the routes of openapi.json, whose routes are those of the service. */
class ServicePageTest {
    private static final Pattern ROUTE = Pattern.compile("`(GET|POST|DELETE) (/[a-zA-Z/-]+)");

    @Test
    void shouldListEveryRoute() throws IOException {
        JsonNode document = new ObjectMapper()
                .readTree(Path.of("src/main/resources/dev/tutti/app/http/openapi.json")
                        .toFile());
        Set<String> routes = new TreeSet<>();
        document.get("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(method -> routes.add(method.toUpperCase(java.util.Locale.ROOT) + " "
                                + path.getKey().replace("/api/v1", "").replace("{id}", "ID"))));
        Set<String> listed = new TreeSet<>();
        Matcher route = ROUTE.matcher(Files.readString(Path.of("../docs/service.md")));
        while (route.find()) {
            listed.add(route.group(1) + " " + route.group(2));
        }
        // It is told of by its whole path.
        listed.remove("GET /api/v");
        routes.remove("GET /openapi.json");

        assertThat(listed).isEqualTo(routes);
    }
}
