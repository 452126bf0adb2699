package dev.tutti.app.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tutti.app.http.Api.Route;
import dev.tutti.app.service.JobService;
import dev.tutti.app.service.Progress;
import dev.tutti.app.service.Workforce;
import dev.tutti.app.service.Workforce.Fault;
import dev.tutti.files.StrictJson;
import dev.tutti.train.ClusterMetrics;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who does the work: what they do, and what may be done to them. */
final class ClusterRoutes {
    private static final String CLUSTER = Api.BASE + "/cluster";
    private static final int MOST_BYTES = 4096;

    private final JobService service;

    ClusterRoutes(JobService service) {
        this.service = service;
    }

    List<Route> routes() {
        return List.of(
                new Route(HandlerType.GET, CLUSTER, this::show),
                new Route(HandlerType.POST, CLUSTER + "/leave-out", context -> leaveOut(context, true)),
                new Route(HandlerType.POST, CLUSTER + "/take-back", context -> leaveOut(context, false)),
                new Route(HandlerType.POST, CLUSTER + "/kill", context -> fault(context, Fault.KILL)),
                new Route(HandlerType.POST, CLUSTER + "/freeze", context -> fault(context, Fault.FREEZE)));
    }

    private void show(Context context) throws InterruptedException {
        Bodies.requireQuery(context);
        Workforce workforce = service.workforce();
        ObjectNode answer = StrictJson.MAPPER.createObjectNode();
        answer.put("processes", workforce.processes());
        answer.put("allowsFaults", workforce.allowsFaults());
        Map<String, ClusterMetrics.Member> members = new HashMap<>();
        service.running().ifPresent(running -> {
            answer.put("job", running.id());
            Optional<ClusterMetrics> cluster = running.progress().cluster();
            cluster.ifPresent(metrics -> add(answer, metrics, members));
            addShares(answer, running.progress());
        });
        ArrayNode workers = answer.putArray("workers");
        workforce.workers().forEach(worker -> {
            ObjectNode one = workers.addObject();
            one.put("name", worker.name());
            one.put("host", worker.host());
            one.put("threads", worker.threads());
            one.put("seconds", worker.seconds());
            one.put("leftOut", worker.leftOut());
            one.put("mayFail", worker.mayFail());
            ClusterMetrics.Member member = members.get(worker.name());
            one.put("works", member != null);
            if (member != null) {
                put(one, "share", member.share());
                one.put("waitedSeconds", member.waitedSeconds());
                if (workforce.processes()) {
                    one.put("receivedBytes", member.receivedBytes());
                    one.put("sentBytes", member.sentBytes());
                }
            }
        });
        Answers.send(context, 200, answer);
    }

    private static void add(ObjectNode answer, ClusterMetrics metrics, Map<String, ClusterMetrics.Member> members) {
        answer.put("generation", metrics.generation());
        answer.put("segmentsIssued", metrics.issued());
        answer.put("segmentsDone", metrics.done());
        answer.put("segmentsReissued", metrics.reissued());
        answer.put("segmentsDuplicate", metrics.duplicates());
        answer.put("framesDropped", metrics.droppedFrames());
        metrics.members().forEach(member -> members.put(member.name(), member));
    }

    private static void addShares(ObjectNode answer, Progress progress) {
        ObjectNode phases = answer.putObject("phases");
        progress.phases()
                .forEach((phase, share) -> put(phases, phase.name().toLowerCase(java.util.Locale.ROOT), share));
    }

    private static void put(ObjectNode json, String key, double value) {
        if (Double.isFinite(value)) {
            json.put(key, value);
        }
    }

    private void leaveOut(Context context, boolean out) throws InterruptedException {
        service.workforce().leaveOut(worker(context), out);
        context.status(204);
    }

    private void fault(Context context, Fault fault) throws InterruptedException {
        service.workforce().fault(worker(context), fault);
        context.status(204);
    }

    private static String worker(Context context) {
        Bodies.requireQuery(context);
        Bodies.requireType(context, Bodies.JSON);
        ObjectNode body = Bodies.object(Bodies.bytes(context, MOST_BYTES));
        if (body.size() != 1 || !body.path("worker").isTextual()) {
            throw new Problem.Thrown(400, "one key is needed, worker: the name of a worker, as GET /cluster has it");
        }
        return body.get("worker").textValue();
    }
}
