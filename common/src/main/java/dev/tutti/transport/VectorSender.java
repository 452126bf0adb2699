package dev.tutti.transport;

import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.FrameHeader;
import dev.tutti.wire.GenerationId;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.logbuffer.BufferClaim;

/** Sends vectors through Aeron. The floats are copied once, from the vector to the stream. Owned by one thread. */
public final class VectorSender implements FrameSender {
    private final ExclusivePublication publication;
    private final GenerationId generation;
    private final int bytesPerFrame;
    private final FrameHeader header = new FrameHeader();
    private final FrameFlyweight frame = new FrameFlyweight();
    private final BufferClaim claim = new BufferClaim();
    private float[] vector;
    private int vectorStart;
    private int sent;

    /**
     * @param publication the stream
     * @param generation whom the frames are for
     */
    public VectorSender(ExclusivePublication publication, GenerationId generation) {
        this.publication = publication;
        this.generation = generation;
        this.bytesPerFrame = publication.maxPayloadLength() - FrameFlyweight.HEADER_LENGTH;
    }

    @Override
    public FrameHeader header() {
        return header;
    }

    @Override
    public void begin(float[] vector, int start) {
        if (!isIdle()) {
            throw new IllegalStateException("the last vector is still being sent: sent=" + sent);
        }
        this.vector = vector;
        this.vectorStart = start;
        this.sent = 0;
    }

    @Override
    public boolean isIdle() {
        return vector == null;
    }

    @Override
    public boolean isConnected() {
        return publication.isConnected();
    }

    @Override
    public int doWork() {
        int frames = 0;
        while (vector != null && sendPart()) {
            frames++;
        }
        return frames;
    }

    private boolean sendPart() {
        int part = Math.min(bytesPerFrame / header.valueBytes(), header.vectorLength() - sent);
        int length = FrameFlyweight.HEADER_LENGTH + part * header.valueBytes();
        long position = publication.tryClaim(length, claim);
        if (position > 0) {
            frame.wrapForWriting(claim.buffer(), claim.offset(), length);
            frame.write(generation, header, vector, vectorStart, sent, part);
            claim.commit();
            sent += part;
            if (sent == header.vectorLength()) {
                vector = null;
            }
            return true;
        }
        if (position == Publication.CLOSED || position == Publication.MAX_POSITION_EXCEEDED) {
            throw new StreamClosedException("stream " + publication.streamId() + " of " + generation
                    + (position == Publication.CLOSED ? " is closed" : " is used up"));
        }
        return false;
    }
}
