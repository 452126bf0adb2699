package dev.tutti.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.files.InputException;
import dev.tutti.model.ParameterLayout;
import dev.tutti.train.TrainingState;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * A checkpoint as read from its file.
 *
 * @param file where it was found
 * @param state where the run stood
 * @param spec the settings of the run, as JSON: whatever this version knows of them
 * @param trainingSha256 fingerprint of its training samples
 * @param validationSha256 fingerprint of its validation samples
 */
public record Checkpoint(
        Path file, TrainingState state, JsonNode spec, String trainingSha256, String validationSha256) {

    /** May differ between a checkpoint and the run that goes on from it. */
    private static final Set<String> FREE = Set.of("epochs");

    /** Number of training samples of the run, if it says. */
    public OptionalInt trainingRows() {
        JsonNode samples = spec.path("samples");
        return samples.isInt() ? OptionalInt.of(samples.intValue()) : OptionalInt.empty();
    }

    /**
     * Checks that a run may go on from here.
     *
     * @throws InputException if it has another network, other settings that the bits depend on, or other data
     */
    public void requireMatch(RunIdentity run) {
        JsonNode expected = CheckpointFile.json(run.spec());
        Set<String> keys = new TreeSet<>();
        expected.fieldNames().forEachRemaining(keys::add);
        spec.fieldNames().forEachRemaining(keys::add);
        keys.removeAll(FREE);
        for (String key : keys) {
            requireSame(key, text(expected.path(key)), text(spec.path(key)));
        }
        requireSame("fingerprint of the training data", run.trainingSha256(), trainingSha256);
        requireSame("fingerprint of the validation data", run.validationSha256(), validationSha256);
        int parameters = new ParameterLayout(run.spec().network()).parameterCount();
        if (state.parameters().length != parameters || !state.position().fits(run.spec())) {
            throw new InputException(file + ": its position does not fit the run: " + state.position());
        }
        for (Map.Entry<String, float[]> entry : state.optimizer().entrySet()) {
            requireSame(
                    "length of optimizer tensor " + entry.getKey(),
                    String.valueOf(parameters),
                    String.valueOf(entry.getValue().length));
        }
    }

    private void requireSame(String what, String expected, String found) {
        if (!expected.equals(found)) {
            throw new InputException(file + ": a checkpoint of another run: " + what + ": expected " + expected
                    + ", found " + found + "; restore the run's config.conf and data, or begin a new run");
        }
    }

    private static String text(JsonNode node) {
        if (node.isMissingNode()) {
            return "nothing";
        }
        return node.has("sizes") ? node.get("sizes") + " " + node : node.toString();
    }
}
