package dev.tutti.app.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tutti.app.run.RunDirectory;
import dev.tutti.data.BuiltInData;
import dev.tutti.data.DataFiles;
import dev.tutti.data.DataFormat;
import dev.tutti.files.InputException;
import dev.tutti.files.StrictJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * One run of {@code tutti train} that a service carries out: its data is sent there, its lines are printed here, and its outcome is
 * fetched, as if it had been trained here.
 */
public final class RemoteTraining {
    private static final String DATA = "data";
    private static final String LABELS = "labels";
    private static final List<String> FILES = List.of(DATA, "validation-data", LABELS);
    private static final Optional<String> IDX = Optional.of(DataFormat.IDX.id());
    private static final Duration START_PATIENCE = Duration.ofSeconds(30);

    /** Less than a command has to end when it is interrupted. */
    private static final Duration PATIENCE_AT_THE_END = Duration.ofSeconds(3);

    private final ServiceClient client;
    private final PrintWriter people;
    private final PrintWriter err;

    /** Whether a request was sent that may have made the job. */
    private boolean mayBeThere;

    /**
     * @param client of the service
     * @param people where the progress goes
     * @param err where problems go
     */
    public RemoteTraining(ServiceClient client, PrintWriter people, PrintWriter err) {
        this.client = client;
        this.people = people;
        this.err = err;
    }

    /**
     * Has a run carried out.
     *
     * @param values what is given to the run, by key
     * @param directory receives the outcome; left empty where there is none
     * @param json told the summary, once the run is done
     * @return the exit code
     * @throws InterruptedException if interrupted; the job is cancelled then, and the message says what was kept
     * @throws InputException if the service cannot be reached, or does not take the job
     */
    public int run(Map<String, String> values, RunDirectory directory, PrintWriter json) throws InterruptedException {
        boolean kept = false;
        try {
            JobWatch watch = submit(values);
            tell("job " + watch.id());
            try {
                String shown = directory.shown(RunDirectory.MODEL);
                JsonNode job = watch.follow(Optional.of(shown), this::tell);
                int code = watch.exitCode(job, this::complain);
                if (code == 0) {
                    new Outcome(client, watch).fetch(directory, Optional.of(values.get(DATA)), json);
                    kept = true;
                }
                return code;
            } catch (InterruptedException e) {
                throw new InterruptedException(watch.cancel());
            }
        } finally {
            if (!kept) {
                directory.discard();
            }
            directory.close();
        }
    }

    private JobWatch submit(Map<String, String> values) throws InterruptedException {
        Uploads uploads = new Uploads(client, START_PATIENCE, this::tell);
        try {
            ObjectNode settings = settings(values, uploads);
            return submit(settings, UUID.randomUUID().toString());
        } catch (IOException e) {
            throw new InputException(
                    "the service " + client.shown() + " does not answer: " + Patience.describe(e)
                            + (mayBeThere ? "; " + lookForIt() : ""),
                    e);
        } catch (InputException e) {
            uploads.takeBack();
            throw e;
        }
    }

    private ObjectNode settings(Map<String, String> values, Uploads uploads) throws IOException, InterruptedException {
        ObjectNode settings = StrictJson.MAPPER.createObjectNode();
        values.forEach(settings::put);
        Optional<Path> labels = labelsBeside(values);
        Optional<String> format = Optional.ofNullable(values.get("format"));
        for (String name : FILES) {
            String given = values.get(name);
            if (given != null && (name.equals(LABELS) || !BuiltInData.has(given))) {
                settings.put(name, send(uploads, Path.of(given), name.equals(LABELS) ? IDX : format));
            }
        }
        if (labels.isPresent()) {
            settings.put(LABELS, send(uploads, labels.get(), IDX));
        }
        return settings;
    }

    /** Data that has arrived, though the answer was lost, is found again by its hash; what was sent of it only in part is gone there. */
    private String send(Uploads uploads, Path file, Optional<String> format) throws IOException, InterruptedException {
        Patience patience = new Patience(START_PATIENCE, this::complain);
        return patience.until(() -> uploads.send(file, format, patience::reached));
    }

    /** A job that may be there already is not given up as soon as one that is not. */
    private JobWatch submit(ObjectNode settings, String key) throws IOException, InterruptedException {
        Patience patience = new Patience(() -> mayBeThere ? JobWatch.LONGEST_OUTAGE : START_PATIENCE, this::complain);
        try {
            return watch(patience.until(() -> handIn(settings, key)));
        } catch (InterruptedException e) {
            throw new InterruptedException(mayBeThere ? cancelIfThere(settings, key) : "before the job was handed in");
        }
    }

    private JsonNode handIn(ObjectNode settings, String key) throws IOException, InterruptedException {
        boolean before = mayBeThere;
        mayBeThere = true;
        try {
            return client.submit(settings, key);
        } catch (ConnectException | HttpConnectTimeoutException e) {
            // No request was sent.
            mayBeThere = before;
            throw e;
        } catch (ServiceProblem e) {
            mayBeThere = before || e.isOfAnother();
            throw e;
        }
    }

    private String lookForIt() {
        return "the job may have been handed in; look: " + client.command("list");
    }

    /** Of a file of samples alone the labels are in the file named alike, which the service would not find. */
    private static Optional<Path> labelsBeside(Map<String, String> values) {
        String data = values.get(DATA);
        if (values.containsKey(LABELS) || BuiltInData.has(data)) {
            return Optional.empty();
        }
        Optional<DataFormat> format = Optional.ofNullable(values.get("format"))
                .map(name -> DataFormat.valueOf(name.toUpperCase(Locale.ROOT)));
        return DataFiles.labelsBeside(Path.of(data), format);
    }

    private JobWatch watch(JsonNode job) {
        return new JobWatch(client, job.path("id").asText(), this::complain);
    }

    /** The answer was not awaited: by its key the request finds its job, or makes it. */
    private String cancelIfThere(ObjectNode settings, String key) throws InterruptedException {
        try {
            return watch(client.submit(settings, key, PATIENCE_AT_THE_END)).cancel();
        } catch (IOException | InputException e) {
            return "while the service does not answer; " + lookForIt();
        }
    }

    private void tell(String line) {
        people.println(line);
        people.flush();
    }

    private void complain(String line) {
        err.println("tutti: " + line);
        err.flush();
    }
}
