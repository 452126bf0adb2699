package dev.tutti.transport;

import dev.tutti.files.Range;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.CommonContext;

/**
 * The streams of one generation, as all its members are told. A stream has the same number over Aeron and over TCP.
 *
 * @param carriers what carries them
 * @param gradientEndpoint {@code host:port} where the coordinator receives gradients over UDP; empty where they come otherwise
 * @param tcpEndpoint {@code host:port} where the coordinator's TCP connections are made; empty where there are none
 * @param mtuBytes largest UDP datagram's payload
 * @param terms lengths of the terms
 * @param baseStreamId the generation's first stream id
 */
public record Streams(
        Carriers carriers,
        String gradientEndpoint,
        String tcpEndpoint,
        int mtuBytes,
        TermLengths terms,
        int baseStreamId) {
    /** What may be the largest datagram's payload, in bytes. */
    public static final Range DATAGRAM_BYTES = new Range(
            "multiples of 32 from 256 to 65504, such as 1408",
            bytes -> bytes >= 256 && bytes <= 65_504 && bytes % 32 == 0);

    /** Largest frame through shared memory. */
    static final int IPC_MTU_BYTES = 65_504;

    /** Number of stream ids of a generation. */
    public static final int IDS_PER_GENERATION = 4096;

    private static final int COMMON_STREAMS = 4;

    /** Largest number of members: each has two streams of its own, besides those that are common. */
    public static final int MAX_MEMBERS = (IDS_PER_GENERATION - COMMON_STREAMS) / 2 - 1;

    /** Aeron's longest message is this part of a term. */
    private static final int TERM_PER_MESSAGE = 8;

    /** The receiver timeout of flow control: a frozen worker holds the others up rather than losing frames. */
    private static final String FLOW_CONTROL_TIMEOUT = "30s";

    /** Whether all share the coordinator's media driver. */
    public boolean ipc() {
        return carriers.ipc();
    }

    /** Stream of the weights. */
    public int weightsStreamId() {
        return baseStreamId;
    }

    /** Stream of the gradients. */
    public int gradientStreamId() {
        return baseStreamId + 1;
    }

    /** Stream on which members send an owner what is its share of their gradients. */
    public int shareStreamId() {
        return baseStreamId + 2;
    }

    /** Stream on which a member sends the coordinator the whole sum of a step. */
    public int feedStreamId() {
        return baseStreamId + 3;
    }

    /** Stream of the work of member {@code member}. */
    public int workStreamId(int member) {
        return baseStreamId + COMMON_STREAMS + 2 * member;
    }

    /** Stream on which an owner, a member or behind them the coordinator, sends all others the sum of its share. */
    public int rootStreamId(int owner) {
        return baseStreamId + COMMON_STREAMS + 2 * owner + 1;
    }

    /** Channel on which the coordinator publishes weights to {@code members} members; with UDP destinations are added. */
    public String weightsPublication(int members) {
        if (ipc()) {
            return ipcPublication(terms.weights());
        }
        return udp().controlMode(CommonContext.MDC_CONTROL_MODE_MANUAL)
                .flowControl("min,g:/" + members + ",t:" + FLOW_CONTROL_TIMEOUT)
                .termLength(terms.weights())
                .mtu(mtu(terms.weights()))
                .build();
    }

    /** Channel on which the coordinator publishes work to the member at {@code endpoint}. */
    public String workPublication(String endpoint) {
        return publication(endpoint, terms.work());
    }

    /** Channel on which a member publishes gradients. */
    public String gradientPublication() {
        return publication(gradientEndpoint, terms.gradients());
    }

    /** Channel on which to receive at {@code endpoint}. */
    public String subscription(String endpoint) {
        return ipc() ? CommonContext.IPC_CHANNEL : udpSubscription(endpoint);
    }

    /** Channel on which to receive over UDP at {@code endpoint}: unicast loss recovery even from a multi-destination sender. */
    public static String udpSubscription(String endpoint) {
        return udp().endpoint(endpoint).group(false).rejoin(false).build();
    }

    /** Channel of one destination of the weights. */
    public static String destination(String endpoint) {
        return udp().endpoint(endpoint).build();
    }

    private String publication(String endpoint, int term) {
        return ipc()
                ? ipcPublication(term)
                : udp().endpoint(endpoint).termLength(term).mtu(mtu(term)).build();
    }

    private String ipcPublication(int term) {
        return new ChannelUriStringBuilder()
                .media(CommonContext.IPC_MEDIA)
                .termLength(term)
                .mtu(mtu(term))
                .build();
    }

    private int mtu(int term) {
        return Math.min(ipc() ? IPC_MTU_BYTES : mtuBytes, term / TERM_PER_MESSAGE);
    }

    private static ChannelUriStringBuilder udp() {
        return new ChannelUriStringBuilder().media(CommonContext.UDP_MEDIA);
    }
}
