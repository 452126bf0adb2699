package dev.tutti.app.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.app.run.RunDirectory;
import dev.tutti.files.InputException;
import dev.tutti.files.StrictJson;
import dev.tutti.savedmodel.ModelFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run has left.
 *
 * @param directory of the run
 * @param summary its outcome
 * @param epochs the lines about its epochs
 * @param configuration the effective one, as text
 * @param model the model
 */
record RunFiles(Path directory, JsonNode summary, List<JsonNode> epochs, String configuration, ModelFile.Model model) {

    /**
     * Reads a run.
     *
     * @throws InputException if it is none that has come to its end, or a file of it cannot be read
     */
    static RunFiles read(Path directory) {
        Path summary = directory.resolve(RunDirectory.SUMMARY);
        if (!Files.isRegularFile(summary)) {
            throw new InputException(directory + ": no run that is done: there is no " + RunDirectory.SUMMARY
                    + "; give the directory of a run, or go on with it (tutti train --resume)");
        }
        JsonNode outcome = json(summary, text(summary), 1);
        if (!outcome.isObject()) {
            throw new InputException(summary + ": not a JSON object; is it the summary of a run?");
        }
        return new RunFiles(
                directory,
                outcome,
                epochs(directory.resolve(RunDirectory.METRICS)),
                text(directory.resolve(RunDirectory.CONFIG)),
                ModelFile.read(directory.resolve(RunDirectory.MODEL)));
    }

    private static List<JsonNode> epochs(Path file) {
        List<JsonNode> epochs = new ArrayList<>();
        int number = 0;
        // Not as one text: there may be a line for each step.
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                // Lines about steps have no "steps".
                if (line.contains("\"steps\"")) {
                    epochs.add(json(file, line, number));
                }
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        return epochs;
    }

    private static JsonNode json(Path file, String text, int line) {
        try {
            return StrictJson.MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new InputException(file + ", line " + line + ": " + StrictJson.oneLine(e), e);
        }
    }

    private static String text(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static InputException unreadable(Path file, IOException e) {
        return new InputException(
                file + ": cannot be read: " + e.getClass().getSimpleName() + ": " + e.getMessage(), e);
    }
}
