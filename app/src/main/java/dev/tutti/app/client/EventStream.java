package dev.tutti.app.client;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Server-sent events as they come. Reading one waits, heeds interrupts, and gives up on a server from which nothing comes, not even a
 * comment, for so long that it must be gone. For one reading thread.
 */
final class EventStream implements Flow.Subscriber<String>, AutoCloseable {
    /** The service sends a comment each 15 s. */
    private static final long SILENCE_S = 60;

    private final BlockingQueue<Item> items = new LinkedBlockingQueue<>();
    private volatile Flow.Subscription subscription;
    private long id;

    /** A line, the end (neither), or an end with a problem. */
    private record Item(String line, Throwable problem) {}

    /**
     * An event.
     *
     * @param id what names it to the server
     * @param data its text
     */
    record Event(long id, String data) {}

    @Override
    public void onSubscribe(Flow.Subscription of) {
        subscription = of;
        of.request(1);
    }

    @Override
    public void onNext(String line) {
        items.add(new Item(line, null));
    }

    @Override
    public void onError(Throwable problem) {
        items.add(new Item(null, problem));
    }

    @Override
    public void onComplete() {
        items.add(new Item(null, null));
    }

    /**
     * Waits for the next event.
     *
     * @return empty at the end
     * @throws IOException if the connection is lost
     */
    Optional<Event> next() throws IOException, InterruptedException {
        while (true) {
            Item item = items.poll(SILENCE_S, TimeUnit.SECONDS);
            if (item == null) {
                throw new IOException("nothing came for " + SILENCE_S + " s");
            }
            if (item.problem != null) {
                throw new IOException(item.problem);
            }
            if (item.line == null) {
                return Optional.empty();
            }
            subscription.request(1);
            if (item.line.startsWith("id: ")) {
                id = Long.parseLong(item.line.substring(4));
            } else if (item.line.startsWith("data: ")) {
                return Optional.of(new Event(id, item.line.substring(6)));
            }
        }
    }

    @Override
    public void close() {
        Flow.Subscription of = subscription;
        if (of != null) {
            of.cancel();
        }
    }
}
