package dev.tutti.app.cluster;

import akka.actor.typed.ActorRef;
import dev.tutti.app.console.ExitCode;
import dev.tutti.app.job.Job;
import dev.tutti.app.job.JobOutcome;
import dev.tutti.app.job.JobQueue;
import dev.tutti.coordinator.actor.JobDesk;
import dev.tutti.protocol.ClientMessage;
import dev.tutti.protocol.ClientMessage.Ended;
import dev.tutti.protocol.ClientMessage.Line;
import dev.tutti.protocol.JobMessage.Cancel;
import dev.tutti.protocol.JobMessage.Submit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The door by which clients of the cluster hand in jobs: one job for each client. Thread-safe. */
public final class ClientJobs implements JobDesk.Jobs {
    private final JobQueue queue;
    private final Map<ActorRef<ClientMessage>, String> ids = new ConcurrentHashMap<>();

    /** @param queue where the jobs go */
    public ClientJobs(JobQueue queue) {
        this.queue = queue;
    }

    @Override
    public void submit(Submit submit) {
        ActorRef<ClientMessage> client = submit.client();
        Optional<Job> job = queue.submit(submit.config(), new Job.Watcher() {
            @Override
            public void onLine(String line) {
                client.tell(new Line(line));
            }

            @Override
            public void onEnd(JobOutcome outcome) {
                ids.remove(client);
                client.tell(new Ended(outcome.exitCode().code(), outcome.problem(), outcome.summary()));
            }
        });
        if (job.isEmpty()) {
            client.tell(new Ended(ExitCode.BAD_INPUT.code(), "too many jobs are waiting; try later", ""));
            return;
        }
        ids.put(client, job.get().id());
        if (job.get().status().isOver()) {
            ids.remove(client);
        }
    }

    @Override
    public void cancel(Cancel cancel) {
        String id = ids.get(cancel.client());
        if (id != null) {
            queue.cancel(id);
        }
    }
}
