package dev.tutti.transport;

import dev.tutti.wire.FrameFlyweight;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.CommonContext;
import io.aeron.logbuffer.LogBufferDescriptor;
import io.aeron.protocol.DataHeaderFlyweight;
import org.agrona.BitUtil;

/**
 * The Aeron streams of one generation, as all its members are told.
 *
 * @param ipc whether all share the coordinator's media driver; else UDP
 * @param gradientEndpoint {@code host:port} where the coordinator receives gradients; empty with ipc
 * @param mtuBytes largest UDP datagram's payload
 * @param termBytes length of a term buffer; a power of two
 * @param baseStreamId the generation's first stream id
 */
public record Streams(boolean ipc, String gradientEndpoint, int mtuBytes, int termBytes, int baseStreamId) {
    /** Largest frame through shared memory. */
    static final int IPC_MTU_BYTES = 65_504;

    /** Number of stream ids of a generation, and so two more than its most members. */
    public static final int IDS_PER_GENERATION = 4096;

    private static final int MIN_TERM_BYTES = 1 << 20;
    private static final int MAX_TERM_BYTES = 16 << 20;

    /** The receiver timeout of flow control: a frozen worker holds the others up rather than losing frames. */
    private static final String FLOW_CONTROL_TIMEOUT = "30s";

    /** Returns a term length fit for vectors of {@code vectorBytes}. */
    public static int termBytesFor(long vectorBytes) {
        long wanted = Math.max(MIN_TERM_BYTES, Math.min(MAX_TERM_BYTES, 2 * vectorBytes));
        int term = BitUtil.findNextPositivePowerOfTwo((int) wanted);
        LogBufferDescriptor.checkTermLength(term);
        return term;
    }

    /**
     * Number of bytes of shared memory that the streams between the coordinator and {@code members} members take on its machine:
     * three terms for the weights, and for each member's work and gradients.
     */
    public long sharedMemoryBytes(int members) {
        return (long) LogBufferDescriptor.PARTITION_COUNT * termBytes * (1 + 2L * members);
    }

    /** Largest number of floats of one frame. */
    public int floatsPerFrame() {
        int frame = (ipc ? IPC_MTU_BYTES : mtuBytes) - DataHeaderFlyweight.HEADER_LENGTH;
        return (frame - FrameFlyweight.HEADER_LENGTH) / Float.BYTES;
    }

    /** Stream of the weights. */
    public int weightsStreamId() {
        return baseStreamId;
    }

    /** Stream of the gradients. */
    public int gradientStreamId() {
        return baseStreamId + 1;
    }

    /** Stream of the work of member {@code member}. */
    public int workStreamId(int member) {
        return baseStreamId + 2 + member;
    }

    /** Channel on which the coordinator publishes weights to {@code members} members; with UDP destinations are added. */
    public String weightsPublication(int members) {
        if (ipc) {
            return ipcPublication();
        }
        return udp().controlMode(CommonContext.MDC_CONTROL_MODE_MANUAL)
                .flowControl("min,g:/" + members + ",t:" + FLOW_CONTROL_TIMEOUT)
                .termLength(termBytes)
                .mtu(mtuBytes)
                .build();
    }

    /** Channel on which the coordinator publishes to the member at {@code endpoint}, or a member to the coordinator. */
    public String publication(String endpoint) {
        return ipc
                ? ipcPublication()
                : udp().endpoint(endpoint).termLength(termBytes).mtu(mtuBytes).build();
    }

    /** Channel on which to receive at {@code endpoint}. */
    public String subscription(String endpoint) {
        return ipc ? CommonContext.IPC_CHANNEL : udpSubscription(endpoint);
    }

    /** Channel on which to receive over UDP at {@code endpoint}: unicast loss recovery even from a multi-destination sender. */
    public static String udpSubscription(String endpoint) {
        return udp().endpoint(endpoint).group(false).rejoin(false).build();
    }

    /** Channel of one destination of the weights. */
    public static String destination(String endpoint) {
        return udp().endpoint(endpoint).build();
    }

    private String ipcPublication() {
        return new ChannelUriStringBuilder()
                .media(CommonContext.IPC_MEDIA)
                .termLength(termBytes)
                .mtu(IPC_MTU_BYTES)
                .build();
    }

    private static ChannelUriStringBuilder udp() {
        return new ChannelUriStringBuilder().media(CommonContext.UDP_MEDIA);
    }
}
