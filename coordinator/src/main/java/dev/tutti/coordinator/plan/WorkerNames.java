package dev.tutti.coordinator.plan;

import java.util.Set;

/** Keeps the names of worker processes apart: two that were started with one name are two workers all the same. */
public final class WorkerNames {
    private WorkerNames() {}

    /** Returns {@code wanted}, or the first of {@code wanted-2}, {@code wanted-3}, ... that is not taken. */
    public static String free(String wanted, Set<String> taken) {
        String name = wanted;
        for (int number = 2; taken.contains(name); number++) {
            name = wanted + "-" + number;
        }
        return name;
    }
}
