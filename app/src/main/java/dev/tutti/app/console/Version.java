package dev.tutti.app.console;

import dev.tutti.config.Environment;
import dev.tutti.protocol.Build;
import picocli.CommandLine.IVersionProvider;

/** Version of Tutti. */
public final class Version implements IVersionProvider {
    /** Version, such as {@code 0.1.0}. */
    public static String text() {
        return Build.current().version();
    }

    @Override
    public String[] getVersion() {
        return new String[] {"tutti " + text() + " (Java " + Environment.javaVersion() + ")"};
    }
}
