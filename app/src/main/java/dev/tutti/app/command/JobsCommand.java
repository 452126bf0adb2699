package dev.tutti.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tutti.app.client.JobWatch;
import dev.tutti.app.client.Outcome;
import dev.tutti.app.client.ServiceClient;
import dev.tutti.app.console.ExitCode;
import dev.tutti.app.run.RunDirectory;
import dev.tutti.files.InputException;
import dev.tutti.files.StrictJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tutti jobs}. */
@Command(
        name = "jobs",
        description = "The jobs of a training service: of this machine's, or of another's with --server.",
        footer = {
            "",
            "Examples:",
            "  tutti jobs list",
            "  tutti jobs watch 0mhkabcde-1234",
            "  tutti jobs fetch 0mhkabcde-1234 --out digits --server https://10.0.0.5:8025 --token-file token"
        })
public final class JobsCommand implements Runnable {
    private static final int PAGE = 200;

    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    private JobsCommand() {}

    /** The command with its parts. */
    public static CommandLine commandLine() {
        return new CommandLine(new JobsCommand())
                .addSubcommand("list", new List())
                .addSubcommand("show", new Show())
                .addSubcommand("watch", new Watch())
                .addSubcommand("cancel", new Cancel())
                .addSubcommand("resume", new Resume())
                .addSubcommand("fetch", new Fetch());
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given");
    }

    /** What all of them need. */
    abstract static class OnService implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private CommonOptions common;

        @Mixin
        private ServerOptions server;

        @Option(names = "--json", description = "the last line of standard output is the answer as JSON")
        private boolean json;

        @Override
        public Integer call() throws InterruptedException {
            common.startLogging();
            ServiceClient client = server.client();
            try {
                return on(client);
            } catch (IOException e) {
                throw new InputException("the service does not answer: " + e.getMessage(), e);
            }
        }

        /** Does it. */
        abstract int on(ServiceClient client) throws IOException, InterruptedException;

        boolean isJson() {
            return json;
        }

        PrintWriter out() {
            return spec.commandLine().getOut();
        }

        PrintWriter err() {
            return spec.commandLine().getErr();
        }

        void complain(String problem) {
            err().println("tutti: " + problem);
            err().flush();
        }

        /** Shows a job. */
        void show(JsonNode job) {
            if (json) {
                out().println(job);
                return;
            }
            for (Map.Entry<String, JsonNode> field : job.properties()) {
                String value = field.getValue().isValueNode()
                        ? field.getValue().asText()
                        : field.getValue().toString();
                out().printf(Locale.ROOT, "%-14s %s%n", field.getKey(), value);
            }
        }
    }

    /** One that is about one job. */
    abstract static class OnJob extends OnService {
        @Parameters(paramLabel = "ID", description = "of the job")
        private String id;

        String id() {
            return id;
        }
    }

    @Command(name = "list", description = "Lists jobs, newest first.")
    static final class List extends OnService {
        @Option(names = "--limit", paramLabel = "N", defaultValue = "50", description = "most of them (default: 50)")
        private int limit;

        @Option(
                names = "--state",
                paramLabel = "STATE",
                description = "those in this state alone, such as RUNNING, QUEUED or FAILED")
        private String state;

        @Override
        int on(ServiceClient client) throws IOException, InterruptedException {
            ArrayNode jobs = StrictJson.MAPPER.createArrayNode();
            Optional<String> cursor = Optional.empty();
            do {
                JsonNode page = client.jobs(
                        Math.max(1, Math.min(PAGE, limit - jobs.size())),
                        Optional.ofNullable(state).map(text -> text.toUpperCase(Locale.ROOT)),
                        cursor);
                page.path("jobs").forEach(jobs::add);
                cursor = Optional.ofNullable(page.get("next")).map(JsonNode::asText);
            } while (cursor.isPresent() && jobs.size() < limit);
            if (isJson()) {
                ObjectNode answer = StrictJson.MAPPER.createObjectNode();
                answer.set("jobs", jobs);
                out().println(answer);
                return ExitCode.DONE.code();
            }
            out().printf(Locale.ROOT, "%-14s  %-11s  %-20s  %s%n", "id", "state", "created", "name");
            for (JsonNode job : jobs) {
                String more =
                        job.path("problem").asText(job.path("weightsSha256").asText());
                out().printf(
                                Locale.ROOT,
                                "%-14s  %-11s  %-20s  %s  %s%n",
                                job.path("id").asText(),
                                job.path("state").asText(),
                                job.path("created").asText().replaceFirst("[.][0-9]+Z", "Z"),
                                job.path("name").asText(),
                                more);
            }
            return ExitCode.DONE.code();
        }
    }

    @Command(name = "show", description = "Shows all about a job.")
    static final class Show extends OnJob {
        @Override
        int on(ServiceClient client) throws IOException, InterruptedException {
            show(client.job(id()));
            return ExitCode.DONE.code();
        }
    }

    @Command(
            name = "watch",
            description = "Follows a job from its beginning to its end, and ends with its exit code. Ctrl-C ends the"
                    + " watching, not the job.")
    static final class Watch extends OnJob {
        @Override
        int on(ServiceClient client) throws InterruptedException {
            PrintWriter people = isJson() ? err() : out();
            JsonNode job;
            try {
                job = new JobWatch(client, id(), this::complain).follow(Optional.empty(), line -> {
                    people.println(line);
                    people.flush();
                });
            } catch (InterruptedException e) {
                throw new InterruptedException("watching job " + id() + ", which goes on");
            }
            if (isJson() && job.has("summary")) {
                out().println(job.get("summary"));
            }
            return JobWatch.exitCode(job, this::complain);
        }
    }

    @Command(name = "cancel", description = "Stops a job; what it has got so far is kept, so that it can go on.")
    static final class Cancel extends OnJob {
        @Override
        int on(ServiceClient client) throws IOException, InterruptedException {
            show(client.cancel(id()));
            return ExitCode.DONE.code();
        }
    }

    @Command(name = "resume", description = "Goes on with a job that was cancelled or has failed, from its checkpoint.")
    static final class Resume extends OnJob {
        @Override
        int on(ServiceClient client) throws IOException, InterruptedException {
            show(client.resume(id()));
            return ExitCode.DONE.code();
        }
    }

    @Command(name = "fetch", description = "Fetches what a job has left: model, metrics, summary.")
    static final class Fetch extends OnJob {
        @Option(names = "--out", paramLabel = "DIR", description = "where to (default: runs/<time>-<name>)")
        private Path to;

        @Override
        int on(ServiceClient client) throws IOException, InterruptedException {
            JsonNode job = client.job(id());
            if (!job.path("state").asText().equals("SUCCEEDED")) {
                throw new InputException("job " + id() + " has nothing to fetch yet ("
                        + job.path("state").asText() + "); wait until it has SUCCEEDED: tutti jobs watch " + id());
            }
            RunDirectory directory = to == null
                    ? RunDirectory.openNew(
                            RunDirectory.RUNS,
                            LocalDateTime.now(ZoneId.systemDefault()),
                            job.path("name").asText())
                    : RunDirectory.open(to);
            boolean done = false;
            try {
                new Outcome(client, new JobWatch(client, id(), this::complain))
                        .fetch(directory, Optional.empty(), isJson() ? out() : new PrintWriter(Writer.nullWriter()));
                done = true;
            } finally {
                if (!done) {
                    directory.discard();
                }
                directory.close();
            }
            if (!isJson()) {
                out().println("model    " + directory.shown(RunDirectory.MODEL));
                out().println("weights  sha256 " + job.path("weightsSha256").asText());
            }
            return ExitCode.DONE.code();
        }
    }
}
