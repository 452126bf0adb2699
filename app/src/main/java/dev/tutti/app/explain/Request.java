package dev.tutti.app.explain;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is to be explained, and how.
 *
 * @param name of an exercise, data, a model or a run
 * @param rows rows to show, counted from 0; empty: those of the exercise
 * @param letters in whose letters; empty: those of the exercise's lecture, and Tutti's for data of one's own
 * @param workers number of workers that share the step; 0: not shared
 * @param killed number of the worker that is killed, from 1; 0: none
 * @param sources whether formulas name the methods that compute them
 * @param settings of a network of one's own, by key
 * @param file configuration file with such settings
 */
public record Request(
        String name,
        List<Integer> rows,
        Optional<Letters> letters,
        int workers,
        int killed,
        boolean sources,
        Map<String, String> settings,
        Optional<Path> file) {

    /** A request for an exercise as it is, in the letters of its lecture. */
    public static Request exercise(String name) {
        return new Request(name, List.of(), Optional.empty(), 0, 0, false, Map.of(), Optional.empty());
    }

    /** Whether nothing is asked for but the name. */
    public boolean isPlain() {
        return equals(exercise(name));
    }

    /** Whether anything is asked for that only a step of a network has. */
    boolean isAboutAStep() {
        return workers > 0 || !rows.isEmpty();
    }

    /** Whether a network of one's own is asked for. */
    boolean hasSettings() {
        return !settings.isEmpty() || file.isPresent();
    }
}
