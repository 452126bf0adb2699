package dev.tutti.app.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tutti.app.explain.Explainer;
import dev.tutti.app.explain.own.HeldStep;
import dev.tutti.app.http.Api.Route;
import dev.tutti.app.run.RunDirectory;
import dev.tutti.app.service.Home;
import dev.tutti.app.service.JobRecord;
import dev.tutti.app.service.JobService;
import dev.tutti.app.service.ServiceException;
import dev.tutti.app.service.ServiceException.Kind;
import dev.tutti.config.TrainingSettings;
import dev.tutti.files.StrictJson;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;

/** What is computed about a job when somebody wants to see it: which classes its model mixes up, and one of its steps held still. */
final class InsightRoutes {
    private static final String JOB = Api.BASE + "/jobs/{id}";
    private static final int MOST_STEPS = 1_000_000_000;

    private final JobService service;

    /** Training again up to a step is work: for one client at a time. */
    private final Semaphore replays = new Semaphore(1);

    InsightRoutes(JobService service) {
        this.service = service;
    }

    List<Route> routes() {
        return List.of(
                new Route(HandlerType.GET, JOB + "/confusion", this::confusion),
                new Route(HandlerType.GET, JOB + "/step", this::step));
    }

    private JobRecord job(Context context) {
        return service.jobs().find(context.pathParam("id"));
    }

    private void confusion(Context context) throws InterruptedException {
        Bodies.requireQuery(context);
        JobRecord job = job(context);
        service.model(job.id());
        Answers.send(
                context,
                200,
                service.confusions().of(job.id(), Home.run(service.jobs().directoryOf(job.id()))));
    }

    private void step(Context context) throws InterruptedException {
        Bodies.requireQuery(context, "number", "workers", "kill");
        int number = Bodies.number(context, "number", 1, 1, MOST_STEPS);
        int workers = Bodies.number(context, "workers", 2, 1, HeldStep.MOST_SAMPLES);
        int killed = Bodies.number(context, "kill", 0, 0, HeldStep.MOST_SAMPLES);
        JobRecord job = job(context);
        Path run = Home.run(service.jobs().directoryOf(job.id()));
        if (!Files.isRegularFile(run.resolve(RunDirectory.CONFIG))) {
            throw new ServiceException(
                    Kind.CONFLICT,
                    "job " + job.id() + " has not begun (" + job.state() + "); wait until it is RUNNING");
        }
        if (!replays.tryAcquire()) {
            throw new ServiceException(Kind.TOO_MANY, "another step is being computed; try again in a moment");
        }
        try {
            TrainingSettings settings = TrainingSettings.resume(Map.of(), RunDirectory.configOf(run));
            HeldStep held = HeldStep.of(job.name(), settings, number);
            ObjectNode answer = StrictJson.MAPPER.createObjectNode();
            answer.put("step", number);
            answer.put("steps", held.steps());
            answer.put("epoch", held.epoch());
            answer.put("batchSamples", held.batchSamples());
            JsonNode values = StrictJson.MAPPER.valueToTree(Explainer.shared(held.problem(), workers, killed));
            answer.setAll((ObjectNode) values);
            Answers.send(context, 200, answer);
        } finally {
            replays.release();
        }
    }
}
