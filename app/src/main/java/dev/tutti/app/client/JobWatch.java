package dev.tutti.app.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.app.console.ExitCode;
import dev.tutti.app.run.RunDirectory;
import dev.tutti.files.InputException;
import dev.tutti.files.StrictJson;
import dev.tutti.train.TrainingFailedException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A job of a service, followed from wherever one comes in until it is over. The service may end meanwhile, and be started again: what
 * was told before is not told twice.
 */
public final class JobWatch {
    /** The model in messages of the service. */
    private static final String MODEL = "run/" + RunDirectory.MODEL;

    private static final Set<String> OVER = Set.of("SUCCEEDED", "FAILED", "CANCELLED");
    static final Duration LONGEST_OUTAGE = Duration.ofMinutes(10);
    private static final Duration OUTAGE_AT_THE_END = Duration.ofSeconds(2);
    private static final long CANCEL_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(5);
    private static final String TYPE = "type";
    private static final String STATE = "state";

    private final ServiceClient client;
    private final String id;
    private final Patience patience;
    private long last;

    /**
     * @param client of the service
     * @param id of the job
     * @param notes told when the service is lost, and when it answers again
     */
    public JobWatch(ServiceClient client, String id, Consumer<String> notes) {
        this.client = client;
        this.id = id;
        this.patience = new Patience(LONGEST_OUTAGE, notes);
    }

    /** How to do something about the job by hand. */
    private String command(String what) {
        return client.command(what + " " + id);
    }

    /** The job. */
    String id() {
        return id;
    }

    /**
     * Follows the job to its end.
     *
     * @param shownModel what to call the model, which is where the service has it; empty to leave that as it is
     * @param lines told the lines for people
     * @return the job as it ended
     * @throws TrainingFailedException if the service does not answer for long
     */
    public JsonNode follow(Optional<String> shownModel, Consumer<String> lines) throws InterruptedException {
        return ask(() -> {
            while (true) {
                client.follow(id, "events", last, patience::reached, event -> {
                    patience.answered();
                    line(event.data())
                            .ifPresent(text -> lines.accept(shownModel
                                    .map(name -> text.replace(MODEL, name))
                                    .orElse(text)));
                    last = event.id();
                });
                JsonNode job = client.job(id);
                if (OVER.contains(job.path(STATE).asText())) {
                    return job;
                }
                // The service is about to end, or has begun anew with the job.
                patience.pause();
            }
        });
    }

    private static Optional<String> line(String data) {
        try {
            JsonNode event = StrictJson.MAPPER.readTree(data);
            if (event.path(TYPE).asText().equals("line")) {
                return Optional.of(event.path("text").asText());
            }
            return event.path(STATE).asText().equals("INTERRUPTED")
                    ? Optional.of("the service ended; the job goes on when it is started again")
                    : Optional.empty();
        } catch (JsonProcessingException e) {
            throw new InputException("the service sent an event that is not JSON: " + StrictJson.oneLine(e), e);
        }
    }

    /** Asks the service something about the job, patiently. */
    <T> T ask(Patience.Call<T> call) throws InterruptedException {
        try {
            return patience.until(call);
        } catch (IOException e) {
            throw new TrainingFailedException("the service " + client.shown() + " cannot be reached any more ("
                    + Patience.describe(e) + "); the job is kept there: " + command("watch"));
        }
    }

    /**
     * The exit code of a job that is over, as of {@code tutti train}.
     *
     * @param problems told what went wrong, in one line
     */
    public int exitCode(JsonNode job, Consumer<String> problems) {
        switch (job.path(STATE).asText()) {
            case "SUCCEEDED" -> {
                return ExitCode.DONE.code();
            }
            case "CANCELLED" -> problems.accept("the job was cancelled; go on with: " + command("resume"));
            default -> problems.accept(job.path("problem").asText());
        }
        return job.path("exitCode").asInt(ExitCode.INTERNAL_ERROR.code());
    }

    /**
     * Has the job stopped, as Ctrl-C stops a run here, and waits until it has.
     *
     * @return what became of it, as it goes on after "interrupted"
     */
    String cancel() throws InterruptedException {
        Patience brief = new Patience(OUTAGE_AT_THE_END, note -> {});
        try {
            JsonNode job = brief.until(() -> client.cancel(id));
            long endNs = System.nanoTime() + CANCEL_TIMEOUT_NS;
            while (!OVER.contains(job.path(STATE).asText()) && System.nanoTime() < endNs) {
                Thread.sleep(50);
                job = brief.until(() -> client.job(id));
            }
            return switch (job.path(STATE).asText()) {
                case "CANCELLED" ->
                    job.has("started")
                            ? "on the service, which keeps what job " + id + " has got so far; go on with: "
                                    + command("resume")
                            : "before job " + id + " began; go on with: " + command("resume");
                case "SUCCEEDED" -> "as job " + id + " was done; fetch it: " + command("fetch");
                case "FAILED" ->
                    "and job " + id + " has failed: " + job.path("problem").asText();
                default -> "while job " + id + " is being cancelled; look: " + command("show");
            };
        } catch (IOException e) {
            return "while the service does not answer, so job " + id + " may go on; stop it: " + command("cancel");
        } catch (ServiceProblem e) {
            return "and " + e.getMessage();
        }
    }
}
