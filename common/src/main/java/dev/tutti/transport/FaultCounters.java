package dev.tutti.transport;

import dev.tutti.wire.FrameFault;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts dropped frames by the reason. Thread-safe. */
public final class FaultCounters {
    private final Map<FrameFault, LongAdder> counts = new ConcurrentHashMap<>();

    /** All counts are 0. */
    public FaultCounters() {
        for (FrameFault fault : FrameFault.values()) {
            counts.put(fault, new LongAdder());
        }
    }

    /** Counts one frame. */
    public void count(FrameFault fault) {
        counts.get(fault).increment();
    }

    /** Number of frames dropped for this reason. */
    public long get(FrameFault fault) {
        return counts.get(fault).sum();
    }

    /** Number of frames dropped. */
    public long total() {
        long total = 0;
        for (FrameFault fault : FrameFault.values()) {
            total += get(fault);
        }
        return total;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (FrameFault fault : FrameFault.values()) {
            text.append(text.length() == 0 ? "" : ", ")
                    .append(fault.name().toLowerCase(Locale.ROOT))
                    .append('=')
                    .append(get(fault));
        }
        return text.toString();
    }
}
