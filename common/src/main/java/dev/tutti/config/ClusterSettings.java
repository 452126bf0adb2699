package dev.tutti.config;

import dev.tutti.files.Range;
import dev.tutti.protocol.Placement;
import dev.tutti.transport.Averaging;
import dev.tutti.transport.TransportKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Who does the work of a run, and over what it travels. Nothing here changes the trained bits.
 *
 * @param workers number of compute threads of the embedded mode, at least 1; decided by the work of a step where absent
 * @param waitWorkers number of worker processes to wait for; 0 for the embedded mode
 * @param coordinatorBind where a coordinator for worker processes listens; absent for the embedded mode
 * @param placement where workers find samples; decided by their size where absent
 * @param transport what carries the bulk data
 * @param averaging who adds the gradients of worker processes
 * @param udpMtu largest payload of a datagram in bytes; by the address where absent
 * @param giveUp how long to wait for worker processes
 * @param aeronDirectory where the media driver makes its directory; shared memory where absent
 */
public record ClusterSettings(
        Optional<Integer> workers,
        int waitWorkers,
        Optional<Endpoint> coordinatorBind,
        Optional<Placement> placement,
        TransportKind transport,
        Averaging averaging,
        Optional<Integer> udpMtu,
        Duration giveUp,
        Optional<Path> aeronDirectory) {
    /** How many compute threads a process may have: more than any machine has cores, and few enough to be started. */
    public static final Range THREADS = Range.count(1, 1024);

    /** Whether coordinator and workers share this process. */
    public boolean embedded() {
        return waitWorkers == 0;
    }
}
