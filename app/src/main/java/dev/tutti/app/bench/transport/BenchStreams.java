package dev.tutti.app.bench.transport;

import dev.tutti.transport.FrameSender;
import dev.tutti.transport.FrameSource;
import org.agrona.concurrent.IdleStrategy;

/** One side's streams: vectors out to all it talks to, and in from them. Owned by one thread. */
interface BenchStreams extends AutoCloseable {
    FrameSender sender();

    FrameSource source();

    IdleStrategy idle();

    @Override
    void close();
}
