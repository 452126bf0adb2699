package dev.tutti.app.service;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tutti.app.prediction.Predictions;
import dev.tutti.app.run.HeldOut;
import dev.tutti.app.run.RunDirectory;
import dev.tutti.app.service.ServiceException.Kind;
import dev.tutti.files.StrictJson;
import dev.tutti.savedmodel.ModelFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which class the models of jobs take for which, over the samples that were held out. Reading them again takes as long as reading the
 * data, so the last answers are kept, and nobody is held up meanwhile who asks for those or deletes a job. Thread-safe.
 */
public final class Confusions {
    private static final int MOST_KEPT = 64;
    private static final int MOST_CLASSES = 100;

    private final Map<String, ObjectNode> answers = new LinkedHashMap<>(16, 0.75f, true);

    Confusions() {}

    /** What was counted before. */
    public synchronized Optional<ObjectNode> known(String id) {
        return Optional.ofNullable(answers.get(id));
    }

    /**
     * Counts, which takes memory and time: callers see to it that few do so at once.
     *
     * @param id of a job that has succeeded
     * @param run its directory
     * @return a JSON object with {@code classes}, {@code samples}, {@code accuracy} and {@code confusion}, rows by the class that it is
     * @throws dev.tutti.files.InputException if the job is none of classes, holds no samples out, or its data cannot be read any more
     */
    public ObjectNode of(String id, Path run) throws InterruptedException {
        ObjectNode made = count(id, run);
        keep(id, made);
        return made;
    }

    private synchronized void keep(String id, ObjectNode made) {
        answers.put(id, made);
        if (answers.size() > MOST_KEPT) {
            answers.remove(answers.keySet().iterator().next());
        }
    }

    private static ObjectNode count(String id, Path run) throws InterruptedException {
        ModelFile.Model model = ModelFile.read(run.resolve(RunDirectory.MODEL));
        if (!model.preprocessing().schema().classification()) {
            throw new ServiceException(Kind.CONFLICT, "job " + id + " has no classes: its targets are numbers");
        }
        int classes = model.preprocessing().schema().classCount();
        if (classes > MOST_CLASSES) {
            throw new ServiceException(
                    Kind.CONFLICT,
                    "job " + id + " has " + classes + " classes, too many for a table, allowed: up to " + MOST_CLASSES);
        }
        HeldOut held = HeldOut.of(run, model);
        Predictions predictions = Predictions.of(model, held.data(), held.rows());
        ObjectNode answer = StrictJson.MAPPER.createObjectNode();
        ArrayNode names = answer.putArray("classes");
        predictions.schema().classNames().forEach(names::add);
        answer.put("samples", predictions.samples());
        answer.put("accuracy", predictions.metrics().accuracy());
        ArrayNode table = answer.putArray("confusion");
        for (int[] row : predictions.confusion()) {
            ArrayNode counts = table.addArray();
            for (int count : row) {
                counts.add(count);
            }
        }
        return answer;
    }

    synchronized void forget(String id) {
        answers.remove(id);
    }
}
