package dev.tutti.app.console;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;

/** Keeps logback quiet until {@link Logs} says where lines go; found by its service loader, which spares a search for XML. */
public final class LogStart extends ContextAwareBase implements Configurator {
    /** For the service loader. */
    public LogStart() {}

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(ch.qos.logback.classic.Level.INFO);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
