package dev.tutti.app.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tutti.app.run.RunDirectory;
import dev.tutti.files.InputException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What a job leaves, brought into a run directory of this machine. */
public final class Outcome {
    private final ServiceClient client;
    private final JobWatch watch;

    /**
     * @param client of the service
     * @param watch the job, which has succeeded
     */
    public Outcome(ServiceClient client, JobWatch watch) {
        this.client = client;
        this.watch = watch;
    }

    /**
     * Fetches model, metrics and summary.
     *
     * @param directory receives them
     * @param data what the data is called here; what the service calls it where absent
     * @param json told the summary
     */
    public void fetch(RunDirectory directory, Optional<String> data, PrintWriter json) throws InterruptedException {
        String id = watch.id();
        Path model = directory.file(RunDirectory.MODEL);
        watch.ask(() -> {
            client.fetchModel(id, model);
            return model;
        });
        Path metrics = directory.file(RunDirectory.METRICS);
        watch.ask(() -> fetchMetrics(id, metrics));
        ObjectNode summary = (ObjectNode) watch.ask(() -> client.summary(id));
        data.ifPresent(name -> summary.put("data", name));
        summary.put("model", model.toString());
        directory.write(RunDirectory.SUMMARY, summary + "\n");
        json.println(summary);
        json.flush();
    }

    /** What the disk does not take, be it while closing, is nothing that the service could answer better. */
    private Path fetchMetrics(String id, Path file) throws IOException, InterruptedException {
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            fetchMetrics(id, file, out);
            return file;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (IOException e) {
            throw notWritten(file, e);
        }
    }

    private void fetchMetrics(String id, Path file, BufferedWriter out) throws InterruptedException {
        try {
            client.follow(id, "metrics", 0, () -> {}, event -> {
                try {
                    out.write(event.data());
                    out.write('\n');
                } catch (IOException e) {
                    throw notWritten(file, e);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputException notWritten(Path file, IOException e) {
        return new InputException(file + ": cannot be written: " + e.getMessage() + "; check the free space", e);
    }
}
