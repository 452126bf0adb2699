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
import dev.tutti.files.InputException;
import dev.tutti.files.StrictJson;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** What is computed about a job when somebody wants to see it: which classes its model mixes up, and one of its steps held still. */
final class InsightRoutes {
    private static final String JOB = Api.BASE + "/jobs/{id}";
    private static final int MOST_STEPS = 1_000_000_000;

    private final JobService service;

    /** Reading the data of a job again, and training up to a step, is work: for one client at a time. */
    private final Semaphore work = new Semaphore(1);

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
        Optional<ObjectNode> known = service.confusions().known(job.id());
        Path run = Home.run(service.jobs().directoryOf(job.id()));
        ObjectNode answer = known.isPresent()
                ? known.get()
                : alone(run, () -> service.confusions().of(job.id(), run));
        Answers.send(context, 200, answer);
    }

    /** Something that is computed about a job. */
    @FunctionalInterface
    private interface Work {
        ObjectNode answer() throws InterruptedException;
    }

    /** Does work while nobody else does; what is wrong is told without the places of this machine. */
    private ObjectNode alone(Path run, Work what) throws InterruptedException {
        if (!work.tryAcquire()) {
            throw new ServiceException(
                    Kind.TOO_MANY, "something else is being computed for a page; try again in a moment");
        }
        try {
            return what.answer();
        } catch (ServiceException e) {
            throw e;
        } catch (InputException e) {
            throw new InputException(service.shown(e.getMessage(), run), e);
        } finally {
            work.release();
        }
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
        Answers.send(context, 200, alone(run, () -> step(job, run, number, workers, killed)));
    }

    private static ObjectNode step(JobRecord job, Path run, int number, int workers, int killed)
            throws InterruptedException {
        TrainingSettings settings = TrainingSettings.resume(Map.of(), RunDirectory.configOf(run));
        HeldStep held = HeldStep.of(job.name(), settings, number);
        ObjectNode answer = StrictJson.MAPPER.createObjectNode();
        answer.put("step", number);
        answer.put("steps", held.steps());
        answer.put("epoch", held.epoch());
        answer.put("batchSamples", held.batchSamples());
        JsonNode values = StrictJson.MAPPER.valueToTree(Explainer.shared(held.problem(), workers, killed));
        answer.setAll((ObjectNode) values);
        return answer;
    }
}
