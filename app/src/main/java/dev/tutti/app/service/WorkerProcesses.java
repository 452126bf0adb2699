package dev.tutti.app.service;

import dev.tutti.app.cluster.CoordinatorNode;
import dev.tutti.app.service.ServiceException.Kind;
import java.util.List;
import java.util.Optional;

/** The worker processes of a coordinator, on this machine and others; those that this service has started itself may be killed. */
public final class WorkerProcesses implements Workforce {
    private final CoordinatorNode node;
    private final Optional<PracticeWorkers> own;

    /**
     * @param node which they join
     * @param own those that may be killed; absent where none may
     */
    public WorkerProcesses(CoordinatorNode node, Optional<PracticeWorkers> own) {
        this.node = node;
        this.own = own;
    }

    @Override
    public boolean processes() {
        return true;
    }

    @Override
    public boolean allowsFaults() {
        return own.isPresent();
    }

    @Override
    public List<Worker> workers() throws InterruptedException {
        return node.workers().stream()
                .map(one -> new Worker(
                        one.name(),
                        one.host(),
                        one.threads(),
                        one.seconds(),
                        one.leftOut(),
                        own.map(practice -> practice.has(one.name())).orElse(false)))
                .toList();
    }

    @Override
    public void leaveOut(String name, boolean out) throws InterruptedException {
        if (!node.leaveOut(name, out)) {
            throw unknown();
        }
    }

    @Override
    public void fault(String name, Fault fault) throws InterruptedException {
        PracticeWorkers practice = own.orElseThrow(() -> new ServiceException(
                Kind.CONFLICT, "faults are not allowed here; start the service with --allow-faults"));
        if (!practice.fault(name, fault)) {
            throw unknown();
        }
    }

    private static ServiceException unknown() {
        return new ServiceException(
                Kind.NOT_FOUND,
                "no such worker, or it is none of the service's own; GET /cluster lists those there are");
    }
}
