package dev.tutti.app.console;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import dev.tutti.config.Environment;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where log lines go: standard error, and the log of a run. */
public final class Logs {
    private static final String COMPACT = "%d{HH:mm:ss.SSS} %-5level %msg%n%nopex";
    private static final String FULL = "%d{HH:mm:ss.SSS} %-5level [%thread] %logger{20}: %msg%n%ex";
    private static final String RUN_LOG = "run-log";

    private Logs() {}

    /** How much a process says on standard error. */
    public enum Level {
        /** Warnings, for commands that talk to people. */
        QUIET(ch.qos.logback.classic.Level.WARN, "tutti: %msg%n%nopex"),
        /** What happens, for processes of a cluster. */
        SERVER(ch.qos.logback.classic.Level.INFO, COMPACT),
        /** Everything, with stack traces. */
        VERBOSE(ch.qos.logback.classic.Level.DEBUG, FULL);

        @SuppressWarnings("ImmutableEnumChecker") // Logback's levels are constants
        private final ch.qos.logback.classic.Level threshold;

        private final String pattern;

        Level(ch.qos.logback.classic.Level threshold, String pattern) {
            this.threshold = threshold;
            this.pattern = pattern;
        }
    }

    /** Begins to log to standard error. */
    public static void toStandardError(Level level) {
        LoggerContext context = context();
        context.reset();
        root(context).setLevel(ch.qos.logback.classic.Level.INFO);
        context.getLogger("dev.tutti").setLevel(ch.qos.logback.classic.Level.DEBUG);
        // Akka tells every step of joining and leaving; what of that matters to a user, our actors tell.
        context.getLogger("akka").setLevel(ch.qos.logback.classic.Level.WARN);
        // A connection that ends when its peer stops is no news.
        context.getLogger("akka.stream").setLevel(ch.qos.logback.classic.Level.ERROR);
        // What clients of the service do wrong, they are told.
        context.getLogger("org.eclipse.jetty").setLevel(ch.qos.logback.classic.Level.WARN);
        context.getLogger("io.javalin").setLevel(ch.qos.logback.classic.Level.WARN);
        OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
        appender.setContext(context);
        // A live line may stand where the log line begins.
        String clear = Environment.isTerminal("err") ? ProgressView.CLEAR : "";
        appender.setEncoder(encoder(context, clear + level.pattern));
        appender.addFilter(threshold(level.threshold));
        if (level != Level.VERBOSE) {
            appender.addFilter(new Ours());
        }
        appender.setOutputStream(new StandardErrorStream());
        appender.start();
        root(context).addAppender(appender);
    }

    /** Begins to log to a file, too. */
    public static void toFile(Path file) {
        LoggerContext context = context();
        FileAppender<ILoggingEvent> appender = new FileAppender<>();
        appender.setName(RUN_LOG);
        appender.setContext(context);
        appender.setEncoder(encoder(context, FULL));
        appender.addFilter(threshold(ch.qos.logback.classic.Level.INFO));
        appender.setFile(file.toString());
        appender.start();
        root(context).addAppender(appender);
    }

    /** Ends logging to the file. */
    public static void closeFile() {
        ch.qos.logback.classic.Logger root = root(context());
        Appender<ILoggingEvent> appender = root.getAppender(RUN_LOG);
        if (appender != null) {
            root.detachAppender(appender);
            appender.stop();
        }
    }

    private static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }

    private static ch.qos.logback.classic.Logger root(LoggerContext context) {
        return context.getLogger(Logger.ROOT_LOGGER_NAME);
    }

    private static Encoder<ILoggingEvent> encoder(LoggerContext context, String pattern) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(pattern);
        encoder.start();
        return encoder;
    }

    /**
     * Keeps back what Akka says, but for errors that are no matter of the network. A member that does not answer or does not come
     * is told of by ours, in our words; the log of a run has both. And once the process was told to end with an error, there is
     * nothing to add: what else fails, fails for the same reason.
     */
    private static final class Ours extends Filter<ILoggingEvent> {
        private static final List<String> NETWORK = List.of("akka.cluster.", "akka.remote.", "akka.stream.");

        @Override
        public FilterReply decide(ILoggingEvent event) {
            String logger = event.getLoggerName();
            boolean akkas = logger.startsWith("akka.")
                    && (!event.getLevel().isGreaterOrEqual(ch.qos.logback.classic.Level.ERROR)
                            || NETWORK.stream().anyMatch(logger::startsWith)
                            || ErrorReport.hasEnded());
            return akkas ? FilterReply.DENY : FilterReply.NEUTRAL;
        }
    }

    private static ThresholdFilter threshold(ch.qos.logback.classic.Level level) {
        ThresholdFilter filter = new ThresholdFilter();
        filter.setLevel(level.toString());
        filter.start();
        return filter;
    }
}
