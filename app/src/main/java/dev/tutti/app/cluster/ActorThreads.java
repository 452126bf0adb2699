package dev.tutti.app.cluster;

import akka.dispatch.DispatcherPrerequisites;
import akka.dispatch.ExecutorServiceConfigurator;
import akka.dispatch.ExecutorServiceFactory;
import akka.dispatch.ForkJoinExecutorConfigurator;
import akka.dispatch.MonitorableThreadFactory;
import akka.dispatch.ThreadPoolExecutorConfigurator;
import com.typesafe.config.Config;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The threads of actors, as Akka makes them but for one thing: an error that is the process's end, such as too little memory, goes to
 * the handler of this process, as on any other thread. Akka's own prints a page and ends the process with a code of its own.
 */
public abstract class ActorThreads extends ExecutorServiceConfigurator {
    /** Has the dispatchers of an actor system use these threads. */
    static final String CONFIG = Stream.of(
                    use(ForkJoin.class, "default-dispatcher"),
                    use(ForkJoin.class, "internal-dispatcher"),
                    use(ThreadPool.class, "default-blocking-io-dispatcher"))
            .collect(Collectors.joining("\n", "", "\n"));

    private final ExecutorServiceConfigurator akkas;

    private ActorThreads(Config config, DispatcherPrerequisites prerequisites, ExecutorServiceConfigurator akkas) {
        super(config, prerequisites);
        this.akkas = akkas;
    }

    private static String use(Class<? extends ActorThreads> threads, String dispatcher) {
        return "akka.actor." + dispatcher + ".executor = \"" + threads.getName() + "\"";
    }

    /** For actors that do not block; created by Akka, by its name. */
    public static final class ForkJoin extends ActorThreads {
        /** For Akka. */
        public ForkJoin(Config config, DispatcherPrerequisites prerequisites) {
            super(
                    config,
                    prerequisites,
                    new ForkJoinExecutorConfigurator(config.getConfig("fork-join-executor"), prerequisites));
        }
    }

    /** For actors that may block; created by Akka, by its name. */
    public static final class ThreadPool extends ActorThreads {
        /** For Akka. */
        public ThreadPool(Config config, DispatcherPrerequisites prerequisites) {
            super(
                    config,
                    prerequisites,
                    new ThreadPoolExecutorConfigurator(config.getConfig("thread-pool-executor"), prerequisites));
        }
    }

    @Override
    public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory factory) {
        return akkas.createExecutorServiceFactory(
                id, factory instanceof MonitorableThreadFactory threads ? handlingErrors(threads) : factory);
    }

    private static ThreadFactory handlingErrors(MonitorableThreadFactory threads) {
        return new MonitorableThreadFactory(
                threads.name(),
                threads.daemonic(),
                threads.contextClassLoader(),
                (thread, error) -> {
                    Thread.UncaughtExceptionHandler process = Thread.getDefaultUncaughtExceptionHandler();
                    if (process != null) {
                        process.uncaughtException(thread, error);
                    }
                },
                threads.counter());
    }
}
