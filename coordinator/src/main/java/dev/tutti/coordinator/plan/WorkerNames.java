package dev.tutti.coordinator.plan;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps the names of worker processes apart: two that were started with one name are two workers all the same. A process that
 * comes back is called as it was before, unless somebody else is called so now. Mutable; owned by one thread.
 */
public final class WorkerNames {
    /** So many processes are remembered; more only means that an old one may get another number. */
    private static final int REMEMBERED = 10_000;

    private final Map<String, String> processOf = new HashMap<>();
    private final Map<String, Called> before = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Called> eldest) {
            return size() > REMEMBERED;
        }
    };

    private record Called(String wanted, String name) {}

    /** Nobody is here yet. */
    public WorkerNames() {}

    /**
     * A process is here, for the first time or again.
     *
     * @param process names the process as long as it lives
     * @param wanted the name it was given
     * @return {@code wanted}, or {@code wanted-2}, {@code wanted-3}, ... where another process here is called that
     */
    public String join(String process, String wanted) {
        leave(process);
        Called called = before.remove(process);
        String name = called == null || !called.wanted.equals(wanted) ? wanted : called.name;
        for (int number = 1; processOf.containsKey(name); number++) {
            name = number == 1 ? wanted : wanted + "-" + number;
        }
        processOf.put(name, process);
        before.put(process, new Called(wanted, name));
        return name;
    }

    /** A process is gone; others may have its name. */
    public void leave(String process) {
        processOf.values().removeIf(process::equals);
    }
}
