package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Data of one's own. The hashes are those of the reader of before, which made strings of the cells: what it could read gives the same
 * bits for ever.
 */
class OwnDataBitsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    @Test
    void shouldTrainTheSameBitsOnClasses() throws IOException {
        assertThat(train(file(classes()), "--epochs", "2").get("weightsSha256").asText())
                .isEqualTo("1285b31f5bfe8553b529fbc25a304deba8a3572c2986ec4b4b476fbc3a2a5ba4");
    }

    @Test
    void shouldTrainTheSameBitsOnNumbers() throws IOException {
        String file = file(numbers());

        assertThat(train(file, "--epochs", "2", "--lr", "0.01")
                        .get("weightsSha256")
                        .asText())
                .isEqualTo("83ee2b63c29fda0078423d80bfb7f7fa908f355630affe214a2fa45008c01cb2");
        assertThat(train(file, "--epochs", "2", "--lr", "0.01", "--target", "1", "--scale", "minmax")
                        .get("weightsSha256")
                        .asText())
                .isEqualTo("39ccff9d89ba5fe763abc8721033959baaf543d94e7e4e3cd90b9e1768f527fd");
    }

    /** Without any option they are learned better than by the most frequent class, or the mean. */
    @ParameterizedTest
    @CsvSource({
        "titanic.csv, survived, accuracy, 0.75",
        "titanic.csv, , accuracy, 0.55",
        "votes.csv, Class, accuracy, 0.9",
        "votes.csv, , accuracy, 0.75",
        "satellite.csv, , accuracy, 0.82",
        "boston.csv, cmedv, validationRmse, 4.0",
        "boston.csv, , validationRmse, 4.0",
        "salaries.csv, , validationRmse, 26000"
    })
    void shouldLearnTablesAsPeopleHaveThem(String name, String target, String metric, double limit) throws IOException {
        String tables = System.getenv("TUTTI_TEST_TABLES");
        assumeThat(tables).as("TUTTI_TEST_TABLES names a directory of tables").isNotNull();

        JsonNode summary = train(
                Path.of(tables, name).toString(), target == null ? new String[0] : new String[] {"--target", target});

        double found = summary.get(metric).asDouble();
        if (metric.equals("accuracy")) {
            assertThat(found).isGreaterThan(limit);
        } else {
            assertThat(found).isLessThan(limit);
        }
    }

    private JsonNode train(String file, String... options) throws IOException {
        Path run = Files.createTempDirectory(directory, "run").resolve("out");
        List<String> args = new ArrayList<>(List.of("train", file, "--trainer", "reference", "--out", run.toString()));
        args.addAll(Arrays.asList(options));
        Cli.Outcome outcome = Cli.run(args.toArray(String[]::new));
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return JSON.readTree(run.resolve("summary.json").toFile());
    }

    private String file(String content) throws IOException {
        return Files.writeString(directory.resolve("data.csv"), content).toString();
    }

    /** Many digits, large and small numbers, a constant column, a header. */
    private static String classes() {
        Random random = new Random(5);
        StringBuilder csv = new StringBuilder("a,b,c,d,kind\n");
        for (int row = 0; row < 500; row++) {
            csv.append(random.nextDouble() * 1e8 - 5e7).append(',');
            csv.append(random.nextInt(19) * (long) Math.pow(10, random.nextInt(12)))
                    .append(',');
            csv.append(random.nextFloat() * 1e-5f)
                    .append(",7,")
                    .append(List.of("x", "y y", "z").get(random.nextInt(3)))
                    .append('\n');
        }
        return csv.toString();
    }

    /** Blanks, quotes, line ends of Windows, no header. */
    private static String numbers() {
        Random random = new Random(6);
        StringBuilder csv = new StringBuilder();
        for (int row = 0; row < 300; row++) {
            csv.append(random.nextLong()).append(".5, ").append(random.nextFloat());
            csv.append(" ,\"").append(row).append("\",");
            csv.append(3 + random.nextFloat() * 2).append("\r\n");
        }
        return csv.toString();
    }
}
