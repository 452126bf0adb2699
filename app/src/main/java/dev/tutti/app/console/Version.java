package dev.tutti.app.console;

import dev.tutti.config.Environment;
import picocli.CommandLine.IVersionProvider;

/** Version of Tutti, from the manifest of its archive. */
public final class Version implements IVersionProvider {
    /** Version, or {@code development} where there is no archive. */
    public static String text() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"tutti " + text() + " (Java " + Environment.javaVersion() + ")"};
    }
}
