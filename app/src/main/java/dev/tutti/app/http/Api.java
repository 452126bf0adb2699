package dev.tutti.app.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tutti.app.run.RunDirectory;
import dev.tutti.app.service.Home;
import dev.tutti.app.service.JobRecord;
import dev.tutti.app.service.JobService;
import dev.tutti.app.service.JobState;
import dev.tutti.app.service.JobStore;
import dev.tutti.app.service.ServiceException;
import dev.tutti.app.service.UploadStore.Upload;
import dev.tutti.data.DataFormat;
import dev.tutti.files.InputException;
import dev.tutti.files.Sha256;
import dev.tutti.files.StrictJson;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The routes, and what is done on each. openapi.json says what goes in and out; docs/service.md how to use them. */
final class Api {
    static final String BASE = "/api/v1";
    private static final String JOB = BASE + "/jobs/{id}";
    private static final String ID = "id";
    private static final int MOST_JSON_BYTES = 1 << 18;
    private static final int MOST_ROWS_BYTES = 16 << 20;
    private static final int PAGE = 50;
    private static final int LONGEST_PAGE = 200;

    private final JobService service;
    private final Lines lines;

    /**
     * A route.
     *
     * @param method of HTTP
     * @param path with names in braces
     * @param handler answers
     */
    record Route(HandlerType method, String path, Handler handler) {}

    Api(JobService service) {
        this.service = service;
        this.lines = new Lines(service);
    }

    /** Every route there is. */
    List<Route> routes() {
        List<Route> routes = new ArrayList<>(jobRoutes());
        routes.addAll(new ClusterRoutes(service).routes());
        routes.addAll(new InsightRoutes(service).routes());
        routes.addAll(new MetricsRoute(service).routes());
        return routes;
    }

    private List<Route> jobRoutes() {
        return List.of(
                get("/health", this::health),
                get(BASE + "/openapi.json", Api::document),
                post(BASE + "/data", this::upload),
                get(BASE + "/data", this::listData),
                get(BASE + "/data/{id}", this::findData),
                delete(BASE + "/data/{id}", this::deleteData),
                post(BASE + "/jobs", this::submit),
                post(BASE + "/jobs/check", this::check),
                get(BASE + "/jobs", this::listJobs),
                get(JOB, this::findJob),
                delete(JOB, this::deleteJob),
                post(JOB + "/cancel", this::cancel),
                post(JOB + "/resume", this::resume),
                get(JOB + "/metrics", this::metrics),
                get(JOB + "/events", this::events),
                get(JOB + "/log", this::log),
                get(JOB + "/model", this::model),
                get(JOB + "/summary", this::summary),
                post(JOB + "/predict", this::predict));
    }

    private static Route get(String path, Handler handler) {
        return new Route(HandlerType.GET, path, handler);
    }

    private static Route post(String path, Handler handler) {
        return new Route(HandlerType.POST, path, handler);
    }

    private static Route delete(String path, Handler handler) {
        return new Route(HandlerType.DELETE, path, handler);
    }

    private void health(Context context) {
        Bodies.requireQuery(context);
        ObjectNode answer = StrictJson.MAPPER.createObjectNode();
        boolean closing = service.isClosing();
        answer.put("status", closing ? "closing" : "ok");
        Answers.send(context, closing ? 503 : 200, answer);
    }

    private static void document(Context context) throws IOException {
        Bodies.requireQuery(context);
        try (InputStream in = Api.class.getResourceAsStream("openapi.json")) {
            context.contentType(Bodies.JSON).result(in.readAllBytes());
        }
    }

    private void upload(Context context) throws IOException {
        Bodies.requireQuery(context, "name", "format");
        String name = context.queryParam("name");
        if (name == null) {
            throw new Problem.Thrown(
                    400, "name of the data is missing; give it in the query, such as ?name=houses.csv");
        }
        boolean compressed = name.toLowerCase(Locale.ROOT).endsWith(".gz");
        Upload upload = service.uploads()
                .receive(context.req().getInputStream(), compressed, name, format(name, context.queryParam("format")));
        context.header("Location", BASE + "/data/" + upload.id());
        Answers.send(context, 201, Answers.data(upload));
    }

    private static DataFormat format(String name, String given) {
        Optional<DataFormat> format = given == null
                ? DataFormat.ofName(name)
                : Arrays.stream(DataFormat.values())
                        .filter(one -> one.id().equals(given))
                        .findFirst();
        return format.orElseThrow(() -> new Problem.Thrown(
                400,
                "name of the data: its ending does not tell the form; give format in the query, allowed: "
                        + Arrays.stream(DataFormat.values()).map(DataFormat::id).collect(Collectors.joining(", "))));
    }

    private void listData(Context context) {
        Bodies.requireQuery(context);
        ObjectNode answer = StrictJson.MAPPER.createObjectNode();
        ArrayNode data = answer.putArray("data");
        service.uploads().list().forEach(upload -> data.add(Answers.data(upload)));
        Answers.send(context, 200, answer);
    }

    private void findData(Context context) {
        Bodies.requireQuery(context);
        Answers.send(context, 200, Answers.data(service.uploads().find(context.pathParam(ID))));
    }

    private void deleteData(Context context) {
        Bodies.requireQuery(context);
        service.deleteData(context.pathParam(ID));
        context.status(204);
    }

    private void submit(Context context) {
        Bodies.requireQuery(context);
        Bodies.requireType(context, Bodies.JSON);
        byte[] body = Bodies.bytes(context, MOST_JSON_BYTES);
        String key = Optional.ofNullable(context.header("Idempotency-Key")).orElse("");
        if (!key.matches("[\\x21-\\x7e]{0,200}")) {
            throw new Problem.Thrown(400, "Idempotency-Key: up to 200 printable characters without spaces are allowed");
        }
        MessageDigest digest = Sha256.newDigest();
        digest.update(body);
        JobRecord job = service.submit(Bodies.object(body), key, Sha256.hex(digest));
        context.header("Location", BASE + "/jobs/" + job.id());
        answer(context, 201, job);
    }

    private void check(Context context) {
        Bodies.requireQuery(context);
        Bodies.requireType(context, Bodies.JSON);
        ObjectNode answer = StrictJson.MAPPER.createObjectNode();
        try {
            service.check(Bodies.object(Bodies.bytes(context, MOST_JSON_BYTES)));
            answer.put("allowed", true);
        } catch (InputException e) {
            // That is what was asked for, and so no problem of this request.
            answer.put("allowed", false);
            answer.put("detail", Problem.of(e).detail());
            answer.put("key", Problem.of(e).key());
        }
        Answers.send(context, 200, answer);
    }

    private void answer(Context context, int status, JobRecord job) {
        Answers.send(context, status, Answers.job(job, service.progress(job.id())));
    }

    private void listJobs(Context context) {
        Bodies.requireQuery(context, "limit", "cursor", "state");
        int limit = Bodies.number(context, "limit", PAGE, 1, LONGEST_PAGE);
        Optional<JobState> state =
                Optional.ofNullable(context.queryParam("state")).map(Api::state);
        JobStore.Page page = service.jobs().page(cursor(context), limit, state);
        ObjectNode answer = StrictJson.MAPPER.createObjectNode();
        ArrayNode jobs = answer.putArray("jobs");
        page.jobs().forEach(job -> jobs.add(Answers.row(job)));
        page.next().ifPresent(last -> {
            String cursor =
                    Base64.getUrlEncoder().withoutPadding().encodeToString(last.getBytes(StandardCharsets.US_ASCII));
            answer.put("next", cursor);
            context.header(
                    "Link",
                    "<" + BASE + "/jobs?limit=" + limit
                            + state.map(of -> "&state=" + of).orElse("") + "&cursor=" + cursor + ">; rel=\"next\"");
        });
        Answers.send(context, 200, answer);
    }

    private static JobState state(String text) {
        try {
            return JobState.valueOf(text);
        } catch (IllegalArgumentException e) {
            throw new Problem.Thrown(
                    400,
                    "state: unknown value, allowed: "
                            + Arrays.stream(JobState.values()).map(Enum::name).collect(Collectors.joining(", ")));
        }
    }

    private static Optional<String> cursor(Context context) {
        String cursor = context.queryParam("cursor");
        try {
            return Optional.ofNullable(cursor)
                    .map(text -> new String(Base64.getUrlDecoder().decode(text), StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            throw new Problem.Thrown(400, "cursor: not one that was sent; begin without it");
        }
    }

    private JobRecord job(Context context) {
        return service.jobs().find(context.pathParam(ID));
    }

    private void findJob(Context context) {
        Bodies.requireQuery(context);
        answer(context, 200, job(context));
    }

    private void deleteJob(Context context) {
        Bodies.requireQuery(context);
        String id = context.pathParam(ID);
        service.delete(id);
        lines.forget(service.jobs().directoryOf(id));
        context.status(204);
    }

    private void cancel(Context context) {
        Bodies.requireQuery(context);
        answer(context, 202, service.cancel(context.pathParam(ID)));
    }

    private void resume(Context context) {
        Bodies.requireQuery(context);
        answer(context, 202, service.resume(context.pathParam(ID)));
    }

    private Path run(JobRecord job) {
        return Home.run(service.jobs().directoryOf(job.id()));
    }

    private void metrics(Context context) throws Exception {
        JobRecord job = job(context);
        Path file = run(job).resolve(RunDirectory.METRICS);
        if (Lines.isStream(context)) {
            lines.stream(context, job.id(), file);
        } else {
            lines.points(context, "metrics", file);
        }
    }

    private void events(Context context) throws Exception {
        JobRecord job = job(context);
        follow(context, job, "events", Home.events(service.jobs().directoryOf(job.id())), true);
    }

    private void log(Context context) throws Exception {
        JobRecord job = job(context);
        follow(context, job, "lines", run(job).resolve(RunDirectory.LOG), false);
    }

    private void follow(Context context, JobRecord job, String key, Path file, boolean objects) throws Exception {
        if (Lines.isStream(context)) {
            lines.stream(context, job.id(), file);
        } else {
            lines.page(context, key, file, objects);
        }
    }

    private void model(Context context) throws IOException {
        Bodies.requireQuery(context);
        JobRecord job = job(context);
        Path model = service.model(job.id());
        context.header("Content-Disposition", "attachment; filename=\"" + job.name() + ".safetensors\"");
        context.res().setContentLengthLong(Files.size(model));
        context.contentType("application/octet-stream").result(Files.newInputStream(model));
    }

    private void summary(Context context) {
        Bodies.requireQuery(context);
        JobRecord job = job(context);
        if (job.state() != JobState.SUCCEEDED) {
            throw new ServiceException(
                    ServiceException.Kind.CONFLICT,
                    "job " + job.id() + " has no summary yet (" + job.state() + "); wait until it has SUCCEEDED");
        }
        Answers.send(context, 200, Answers.summary(job));
    }

    private void predict(Context context) throws InterruptedException {
        Bodies.requireQuery(context);
        Bodies.requireType(context, Bodies.JSON, Bodies.CSV);
        String id = context.pathParam(ID);
        Path model = service.model(id);
        byte[] body = Bodies.bytes(context, MOST_ROWS_BYTES);
        ObjectNode answer = Bodies.type(context).equals(Bodies.CSV)
                ? service.models().predict(id, model, body)
                : service.models().predict(id, model, Bodies.object(body));
        Answers.send(context, 200, answer);
    }
}
