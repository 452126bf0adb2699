package dev.tutti.app.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The body of an answer as it comes. Reading waits, heeds interrupts, and gives up on a server from which nothing comes for so long that
 * it must be gone: the time limits of the JDK's client end where the body begins. For one reading thread.
 */
final class Arrivals extends InputStream implements Flow.Subscriber<List<ByteBuffer>> {
    private final Duration silence;
    private final BlockingQueue<Item> items = new LinkedBlockingQueue<>();
    private volatile Flow.Subscription subscription;
    private ByteBuffer now = ByteBuffer.allocate(0);
    private boolean ended;

    /** Some bytes, the end (neither), or an end with a problem. */
    private record Item(Optional<ByteBuffer> bytes, Optional<Throwable> problem) {}

    /** @param silence how long nothing may come */
    Arrivals(Duration silence) {
        this.silence = silence;
    }

    @Override
    public void onSubscribe(Flow.Subscription of) {
        subscription = of;
        of.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        int count = buffers.stream().mapToInt(ByteBuffer::remaining).sum();
        ByteBuffer all = ByteBuffer.allocate(count);
        buffers.forEach(all::put);
        items.add(new Item(Optional.of(all.flip()), Optional.empty()));
    }

    @Override
    public void onError(Throwable problem) {
        items.add(new Item(Optional.empty(), Optional.of(problem)));
    }

    @Override
    public void onComplete() {
        items.add(new Item(Optional.empty(), Optional.empty()));
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /** @throws java.io.InterruptedIOException if interrupted; the thread's flag is set then */
    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        while (!now.hasRemaining() && !ended) {
            take();
        }
        if (ended) {
            return -1;
        }
        int count = Math.min(length, now.remaining());
        now.get(to, offset, count);
        return count;
    }

    private void take() throws IOException {
        Item item = await();
        if (item.problem.isPresent()) {
            throw new IOException(item.problem.get());
        }
        ended = item.bytes.isEmpty();
        if (!ended) {
            now = item.bytes.get();
            subscription.request(1);
        }
    }

    private Item await() throws IOException {
        try {
            Item item = items.poll(silence.toMillis(), TimeUnit.MILLISECONDS);
            if (item == null) {
                throw new HttpTimeoutException("nothing came for " + shown(silence));
            }
            return item;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new java.io.InterruptedIOException("interrupted");
        }
    }

    /** A time in seconds, for people. */
    static String shown(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }

    /** Gives up what has not come. */
    @Override
    public void close() {
        Flow.Subscription of = subscription;
        if (of != null) {
            of.cancel();
        }
    }
}
