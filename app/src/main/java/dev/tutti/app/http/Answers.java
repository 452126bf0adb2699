package dev.tutti.app.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tutti.app.service.JobRecord;
import dev.tutti.app.service.JobState;
import dev.tutti.app.service.Progress;
import dev.tutti.app.service.UploadStore.Upload;
import dev.tutti.files.StrictJson;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.Optional;

/** What clients are sent. docs/service.md and openapi.json list the keys. */
final class Answers {
    private Answers() {}

    /** Sends a JSON object. */
    static void send(Context context, int status, JsonNode body) {
        context.status(status).contentType(Bodies.JSON).result(body.toString());
    }

    /** Sends a problem. */
    static void send(Context context, Problem problem) {
        if (problem.status() == 401) {
            context.header("WWW-Authenticate", "Bearer");
        }
        context.status(problem.status()).contentType(Problem.TYPE).result(problem.json());
    }

    /** A job in a list. */
    static ObjectNode row(JobRecord job) {
        ObjectNode json = StrictJson.MAPPER.createObjectNode();
        json.put("id", job.id());
        json.put("name", job.name());
        json.put("state", job.state().name());
        json.put("priority", job.priority());
        json.put("created", time(job.createdMs()));
        putTime(json, "started", job.startedMs());
        putTime(json, "ended", job.endedMs());
        if (job.cancelRequested()) {
            json.put("cancelRequested", true);
        }
        if (job.state().isOver()) {
            json.put("exitCode", job.exitCode());
        }
        if (!job.problem().isEmpty()) {
            json.put("problem", job.problem());
        }
        if (job.state() == JobState.SUCCEEDED) {
            json.set("weightsSha256", summary(job).path("weightsSha256"));
        }
        return json;
    }

    /** All about a job. */
    static ObjectNode job(JobRecord job, Optional<Progress.View> progress) {
        ObjectNode json = row(job);
        json.set("settings", job.settings());
        progress.ifPresent(view -> json.set("progress", progress(view)));
        if (job.state() == JobState.SUCCEEDED) {
            json.set("summary", summary(job));
        }
        return json;
    }

    /** The summary of a job that has succeeded. The place of the model on this machine is left out. */
    static ObjectNode summary(JobRecord job) {
        try {
            ObjectNode summary = (ObjectNode) StrictJson.MAPPER.readTree(job.summary());
            summary.remove("model");
            if (job.settings().has("data")) {
                summary.set("data", job.settings().get("data"));
            }
            return summary;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("job " + job.id(), e);
        }
    }

    private static ObjectNode progress(Progress.View view) {
        ObjectNode json = StrictJson.MAPPER.createObjectNode();
        json.put("epoch", view.epoch());
        json.put("epochs", view.epochs());
        json.put("step", view.step());
        json.put("steps", view.steps());
        put(json, "loss", view.loss());
        put(json, "samplesPerSecond", view.samplesPerSecond());
        put(json, "secondsLeft", view.secondsLeft());
        json.put("workers", view.workers());
        json.put("waitsForWorkers", view.waitsForWorkers());
        return json;
    }

    /** Data that was uploaded. */
    static ObjectNode data(Upload upload) {
        ObjectNode json = StrictJson.MAPPER.createObjectNode();
        json.put("id", upload.id());
        json.put("name", upload.name());
        json.put("format", upload.format().id());
        json.put("bytes", upload.bytes());
        json.put("sha256", upload.sha256());
        json.put("created", time(upload.createdMs()));
        return json;
    }

    private static void put(ObjectNode json, String key, double value) {
        if (Double.isFinite(value)) {
            json.put(key, value);
        }
    }

    private static void putTime(ObjectNode json, String key, long ms) {
        if (ms > 0) {
            json.put(key, time(ms));
        }
    }

    private static String time(long ms) {
        return Instant.ofEpochMilli(ms).toString();
    }
}
