package dev.tutti.app.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tutti.app.run.RunName;
import dev.tutti.app.service.ServiceException.Kind;
import dev.tutti.app.service.UploadStore.Upload;
import dev.tutti.config.JobRoots;
import dev.tutti.config.SettingException;
import dev.tutti.config.TrainingSettings;
import dev.tutti.data.BuiltInData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a client says about a job, a JSON object with the keys of the command line, and what becomes of it. Clients name no files:
 * data is built in or an upload, weights to start from are those of a job.
 */
public final class Submission {
    private static final String DATA = "data";
    private static final String NAME = "name";
    private static final String WORKERS = "workers";
    private static final String INIT_WEIGHTS = "init-weights";

    /** Keys whose values are the ids of uploads, or the names of built-in data where that makes sense. */
    private static final Set<String> UPLOADS = Set.of(DATA, "validation-data", "labels");

    private final JobStore jobs;
    private final UploadStore uploads;
    private final JobRoots roots;
    private final int workers;

    /**
     * @param jobs whose weights may be used
     * @param uploads data that may be used
     * @param home where the files are
     * @param workers compute threads of this process for the job; 0 where worker processes do the work
     */
    Submission(JobStore jobs, UploadStore uploads, Home home, int workers) {
        this.jobs = jobs;
        this.uploads = uploads;
        this.roots = new JobRoots(home.data(), home.jobs());
        this.workers = workers;
    }

    /**
     * Checks settings as far as that is possible before the data is read.
     *
     * @return the name of the job
     * @throws dev.tutti.files.InputException if a key or a value is not allowed
     */
    String check(ObjectNode settings) {
        return RunName.of(TrainingSettings.readSubmitted(values(settings), roots));
    }

    /** The settings with which a job is begun in a directory. */
    TrainingSettings begin(JobRecord job, Path run) {
        return TrainingSettings.readSubmitted(values((ObjectNode) job.settings()), roots)
                .in(run);
    }

    /** What a job that goes on is given anew: the workers are those of this service. */
    Map<String, String> again(JobRecord job) {
        Map<String, String> given = values((ObjectNode) job.settings());
        return workers == 0 ? Map.of() : Map.of(WORKERS, given.get(WORKERS));
    }

    /**
     * A message about a job as its client may see it: with what it calls the data instead of the place on this machine.
     *
     * @param message of one line
     * @param run directory of its run
     */
    String shown(String message, Path run) {
        String text = without(message, run, "run");
        for (Upload upload : uploads.list()) {
            if (text.contains(upload.id())) {
                text = without(text, uploads.file(upload), upload.name());
            }
        }
        return text;
    }

    /** Messages name files relative to the working directory, where they are below that. */
    private static String without(String text, Path place, String name) {
        Path here = Path.of("").toAbsolutePath();
        String shorter = place.startsWith(here) ? here.relativize(place).toString() : place.toString();
        return text.replace(place.toString(), name).replace(shorter, name);
    }

    /** Ids of the data that a job needs. */
    static Set<String> dataOf(JobRecord job) {
        return UPLOADS.stream().map(key -> job.settings().path(key).asText()).collect(Collectors.toSet());
    }

    private Map<String, String> values(ObjectNode settings) {
        Map<String, String> values = new LinkedHashMap<>();
        settings.properties().forEach(field -> values.put(field.getKey(), text(field.getKey(), field.getValue())));
        String source = values.getOrDefault(DATA, "");
        for (String key : UPLOADS) {
            if (values.containsKey(key)) {
                values.put(key, place(key, values.get(key)));
            }
        }
        if (values.containsKey(INIT_WEIGHTS)) {
            values.put(INIT_WEIGHTS, model(values.get(INIT_WEIGHTS)));
        }
        if (!values.containsKey(NAME) && uploads.has(source)) {
            values.put(NAME, RunName.ofData(uploads.find(source).name()));
        }
        setWorkers(values);
        return values;
    }

    /** In this process a job may have fewer threads than there are; worker processes are the operator's. */
    private void setWorkers(Map<String, String> values) {
        if (workers == 0) {
            if (values.containsKey(WORKERS)) {
                throw new SettingException(
                        "--workers: not for a job of this service, whose work is done by worker processes; leave it"
                                + " out",
                        WORKERS);
            }
            return;
        }
        String given = values.get(WORKERS);
        boolean fewer = given != null && !(given.matches("[0-9]{1,18}") && Long.parseLong(given) > workers);
        if (!fewer) {
            values.put(WORKERS, String.valueOf(workers));
        }
    }

    private String place(String key, String given) {
        if (uploads.has(given)) {
            return uploads.file(uploads.find(given)).toString();
        }
        if (!key.equals("labels") && BuiltInData.has(given)) {
            return given;
        }
        String builtIn = key.equals("labels") ? "" : String.join(", ", BuiltInData.names()) + ", or ";
        throw new SettingException(
                "--" + key + ": no such data: \"" + given + "\", allowed: " + builtIn
                        + "the id of data that was uploaded",
                key);
    }

    private String model(String job) {
        Path model = Ids.isId(job) ? Home.model(jobs.directoryOf(jobs.find(job).id())) : null;
        if (model == null || !Files.exists(model)) {
            throw new SettingException(
                    "--init-weights: no such model: \"" + job + "\", allowed: the id of a job that has succeeded",
                    INIT_WEIGHTS);
        }
        return model.toString();
    }

    /** The text of a value, as the command line has it. */
    private static String text(String key, JsonNode value) {
        if (value.isArray()) {
            List<String> parts = new ArrayList<>();
            value.forEach(part -> parts.add(text(key, part)));
            return String.join(",", parts);
        }
        if (value.isObject() || value.isNull()) {
            throw new SettingException("--" + key + ": a value is needed here, not " + value, key);
        }
        return value.asText();
    }

    /**
     * Takes a whole number out of an object, that is none of its settings.
     *
     * @throws ServiceException if it is not such a number
     */
    static int take(ObjectNode object, String key, int fallback, int from, int to) {
        JsonNode value = object.remove(key);
        if (value == null) {
            return fallback;
        }
        if (!value.isInt() || value.asInt() < from || value.asInt() > to) {
            throw new ServiceException(
                    Kind.MALFORMED,
                    key + ": out of range: " + value + ", allowed: whole numbers from " + from + " to " + to);
        }
        return value.asInt();
    }
}
