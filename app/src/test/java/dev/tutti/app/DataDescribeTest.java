package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tutti.app.console.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code data describe}, and training on what it describes. */
class DataDescribeTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path directory;

    private static String file;

    @BeforeAll
    static void write() throws IOException {
        StringBuilder csv = new StringBuilder("name;town;rooms;year;price\n");
        for (int row = 0; row < 60; row++) {
            String rooms = row % 10 == 0 ? "NA" : String.valueOf(1 + row % 6);
            csv.append("owner ")
                    .append(row)
                    .append(';')
                    .append(row % 3 == 0 ? "Ulm" : "Aalen")
                    .append(';')
                    .append(rooms);
            csv.append(";2026;").append(100 + 17 * (row % 6) + row % 7).append(",5\n");
        }
        file = Files.writeString(directory.resolve("homes.csv"), csv).toString();
    }

    @Test
    void shouldShowWhatTheColumnsHold() {
        Cli.Outcome outcome = Cli.run("data", "describe", file);

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("homes.csv: 60 rows, 5 columns")
                .containsPattern("0 +name +text +0 +60 +left out +owner 0, owner 1, owner 2, [.]{3}")
                .containsPattern("1 +town +category +0 +2 +input +Aalen 40, Ulm 20")
                .containsPattern("2 +rooms +number +6 +6 +input .*1 to 6, mean 3[.]")
                .containsPattern("3 +year +constant +0 +1 +input .*2026 to 2026")
                .containsPattern("4 +price +number +0 +\\d+ +target .*100[.]5 to ")
                .contains("inputs    5: town = Aalen, town = Ulm, rooms, rooms missing, year")
                .contains("note      column 0 (name): text, 60 different values in 60 rows: left out")
                .contains("48 training and 12 validation samples; network 5-64-1");
    }

    @Test
    void shouldDescribeForPrograms() throws IOException {
        Cli.Outcome outcome = Cli.run("data", "describe", file, "--json", "--target", "town", "--ignore", "year");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        JsonNode json = JSON.readTree(outcome.out());
        assertThat(json.get("rows").asInt()).isEqualTo(60);
        JsonNode rooms = json.get("columns").get(2);
        assertThat(rooms.get("name").asText()).isEqualTo("rooms");
        assertThat(rooms.get("type").asText()).isEqualTo("number");
        assertThat(rooms.get("missing").asInt()).isEqualTo(6);
        assertThat(rooms.get("distinct").asInt()).isEqualTo(6);
        int values = 0;
        for (JsonNode bar : rooms.get("histogram")) {
            values += bar.asInt();
        }
        assertThat(values).isEqualTo(54);
        assertThat(json.get("columns").findValuesAsText("role"))
                .containsExactly("left out", "target", "input", "left out", "input");
        assertThat(json.get("training").get("task").asText()).isEqualTo("classification");
        assertThat(json.get("training").get("inputs").toString()).isEqualTo("[\"rooms\",\"rooms missing\",\"price\"]");
    }

    @Test
    void shouldTellWhyTrainingWouldRefuse() throws IOException {
        Path bad = Files.writeString(directory.resolve("bad.csv"), "a,b\n1,x\n2,y\n3,x\noops,y\n");

        Cli.Outcome text = Cli.run("data", "describe", bad.toString());
        JsonNode json = JSON.readTree(
                Cli.run("data", "describe", bad.toString(), "--json").out());

        assertThat(text.code()).isZero();
        assertThat(text.out())
                .contains("1 to 3, mean 2, 1 no numbers", "training would refuse it: ", "bad.csv, line 5, column 0");
        assertThat(json.get("refused").asText()).contains("not a number: \"oops\"");
        assertThat(json.get("columns").get(0).get("unfit").asInt()).isEqualTo(1);
    }

    /** It would be read twice. */
    @Test
    void shouldRefuseWhatIsNoRegularFile() {
        Cli.Outcome outcome = Cli.run("data", "describe", "/dev/null");

        assertThat(outcome.code()).isEqualTo(ExitCode.BAD_INPUT.code());
        assertThat(outcome.err()).contains("/dev/null: is not a regular file, and is read twice; write it to a file");
    }

    @Test
    void shouldDescribeBuiltInData() {
        assertThat(Cli.run("data", "describe", "diabetes").out())
                .containsPattern("0 +age +number +0 +58 ")
                .containsPattern("10 +progression +number")
                .contains("network 10-64-1");
    }

    /** The raw file will do for the model, also with its columns in another order, and without the target. */
    @Test
    void shouldTakeTheRawFileForTheModel() throws IOException {
        String run = directory.resolve("run").toString();
        Cli.Outcome trained =
                Cli.run("train", file, "--trainer", "reference", "--epochs", "3", "--lr", "0.01", "--out", run);
        assertThat(trained.code()).as(trained.err()).isZero();
        assertThat(trained.out()).contains("column 0 (name): text, 60 different values in 60 rows: left out");
        JsonNode summary = JSON.readTree(Path.of(run, "summary.json").toFile());
        JsonNode eval = JSON.readTree(
                Cli.run("eval", run, file, "--split", "validation", "--json").out());
        assertThat(eval.get("rmse").asDouble())
                .isEqualTo(summary.get("validationRmse").asDouble());
        Path rows = Files.writeString(
                directory.resolve("rows.csv"), "year,rooms,town\n2026,3,Ulm\n2026,,Ulm\n2026,3,Paris\n");

        Cli.Outcome predicted = Cli.run("predict", run, rows.toString());

        assertThat(predicted.code()).as(predicted.err()).isZero();
        assertThat(predicted.out().lines()).hasSize(4);
        assertThat(Cli.run("predict", run, file).out().lines()).hasSize(61);
    }
}
