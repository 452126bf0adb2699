package dev.tutti.app.run;

import dev.tutti.config.TrainingSettings;
import java.nio.file.Path;

/** The short name of a run. */
public final class RunName {
    private static final int LONGEST = 40;

    private RunName() {}

    /** Returns the name given, or one made from that of the data: {@code data/Big set.csv.gz} makes {@code Big-set}. */
    public static String of(TrainingSettings settings) {
        return settings.name().orElseGet(() -> ofData(settings.data().source()));
    }

    /** Returns a name made from that of the data: a path, or what a client calls it. */
    public static String ofData(String source) {
        String file = String.valueOf(Path.of(source).getFileName());
        String name = file.replaceFirst("(?i)\\.gz$", "")
                .replaceFirst("(?i)\\.(csv|idx)$", "")
                .replaceAll("[^A-Za-z0-9._-]+", "-")
                .replaceFirst("^[._-]+", "");
        return name.isEmpty() ? "run" : name.substring(0, Math.min(LONGEST, name.length()));
    }
}
