package dev.tutti.wire;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The layout of a frame: one part of a vector of floats, little-endian; with {@link FrameKind#GRADIENT_BFLOAT16} of the upper
 * halves of floats.
 *
 * <pre>
 *   0        1        2                 4                                   8
 *  +--------+--------+-----------------+-----------------------------------+
 *  |version | kind   | member          | CRC-32C of bytes 8.., then 0..3   |
 *  +--------+--------+-----------------+-----------------------------------+  8
 *  | token of the generation                                               |
 *  +-----------------------------------+-----------------------------------+ 16
 *  | job                               | generation                        |
 *  +-----------------------------------+-----------------------------------+ 24
 *  | step, counted from 0 in the run                                       |
 *  +-----------------------------------+-----------------------------------+ 32
 *  | epoch, counted from 1             | first segment                     |
 *  +-----------------------------------+-----------------------------------+ 40
 *  | segment count                     | length of the vector, in floats   |
 *  +-----------------------------------+-----------------------------------+ 48
 *  | offset of this part, in floats    | length of this part, in floats    |
 *  +-----------------------------------+-----------------------------------+ 56
 *  | sum of losses (double)                                                |
 *  +-----------------------------------------------------------------------+ 64
 *  | sum of sample weights (double)                                        |
 *  +-----------------------------------------------------------------------+ 72
 *  | number of correctly classified samples (double)                       |
 *  +-----------------------------------------------------------------------+ 80
 *  | floats, or upper halves of floats ...
 * </pre>
 *
 * A flyweight holds no data of its own. Owned by one thread.
 */
public final class FrameFlyweight {
    /** Version of the layout; frames of another are dropped. */
    public static final byte VERSION = 3;

    /** Number of bytes before the floats. */
    public static final int HEADER_LENGTH = 80;

    static final int VERSION_OFFSET = 0;
    static final int KIND_OFFSET = 1;
    static final int MEMBER_OFFSET = 2;
    static final int CHECKSUM_OFFSET = 4;
    static final int TOKEN_OFFSET = 8;
    static final int JOB_OFFSET = 16;
    static final int GENERATION_OFFSET = 20;
    static final int STEP_OFFSET = 24;
    static final int EPOCH_OFFSET = 32;
    static final int FIRST_SEGMENT_OFFSET = 36;
    static final int SEGMENT_COUNT_OFFSET = 40;
    static final int VECTOR_LENGTH_OFFSET = 44;
    static final int PART_OFFSET_OFFSET = 48;
    static final int PART_LENGTH_OFFSET = 52;
    static final int LOSS_SUM_OFFSET = 56;
    static final int WEIGHT_SUM_OFFSET = 64;
    static final int CORRECT_SUM_OFFSET = 72;

    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private final Checksum checksum = new Checksum();
    private DirectBuffer buffer;
    private MutableDirectBuffer mutableBuffer;
    private int start;
    private int length;

    /** A flyweight over nothing; {@link #wrap} or {@link #wrapForWriting} makes it useful. */
    public FrameFlyweight() {}

    /** Reads from {@code length} bytes of {@code buffer} from {@code start} on. */
    public FrameFlyweight wrap(DirectBuffer buffer, int start, int length) {
        this.buffer = buffer;
        this.mutableBuffer = null;
        this.start = start;
        this.length = length;
        return this;
    }

    /** Writes to {@code length} bytes of {@code buffer} from {@code start} on. */
    public FrameFlyweight wrapForWriting(MutableDirectBuffer buffer, int start, int length) {
        wrap(buffer, start, length);
        this.mutableBuffer = buffer;
        return this;
    }

    /**
     * Writes the header and the floats of one part of a vector, and last the checksum. The frame must have been wrapped with
     * {@link #HEADER_LENGTH} + {@code partLength} x {@link FrameHeader#valueBytes} bytes.
     *
     * @param generation whom the frame is for
     * @param header what it carries
     * @param vector the whole vector
     * @param vectorStart index in {@code vector} of the vector's first float
     * @param partOffset which part: first float, counted from the vector's start
     * @param partLength number of floats
     */
    public void write(
            GenerationId generation,
            FrameHeader header,
            float[] vector,
            int vectorStart,
            int partOffset,
            int partLength) {
        MutableDirectBuffer frame = mutableBuffer;
        frame.putByte(start + VERSION_OFFSET, VERSION);
        frame.putByte(start + KIND_OFFSET, header.kind.code());
        frame.putShort(start + MEMBER_OFFSET, (short) header.member, ORDER);
        frame.putLong(start + TOKEN_OFFSET, generation.token(), ORDER);
        frame.putInt(start + JOB_OFFSET, generation.job(), ORDER);
        frame.putInt(start + GENERATION_OFFSET, generation.number(), ORDER);
        frame.putLong(start + STEP_OFFSET, header.step, ORDER);
        frame.putInt(start + EPOCH_OFFSET, header.epoch, ORDER);
        frame.putInt(start + FIRST_SEGMENT_OFFSET, header.firstSegment, ORDER);
        frame.putInt(start + SEGMENT_COUNT_OFFSET, header.segmentCount, ORDER);
        frame.putInt(start + VECTOR_LENGTH_OFFSET, header.vectorLength, ORDER);
        frame.putInt(start + PART_OFFSET_OFFSET, partOffset, ORDER);
        frame.putInt(start + PART_LENGTH_OFFSET, partLength, ORDER);
        frame.putDouble(start + LOSS_SUM_OFFSET, header.lossSum, ORDER);
        frame.putDouble(start + WEIGHT_SUM_OFFSET, header.weightSum, ORDER);
        frame.putDouble(start + CORRECT_SUM_OFFSET, header.correctSum, ORDER);
        if (header.kind.valueBytes() == Float.BYTES) {
            FloatBytes.put(frame, start + HEADER_LENGTH, vector, vectorStart + partOffset, partLength);
        } else {
            FloatBytes.putUpperHalves(frame, start + HEADER_LENGTH, vector, vectorStart + partOffset, partLength);
        }
        frame.putInt(start + CHECKSUM_OFFSET, computeChecksum(), ORDER);
    }

    /**
     * Checks all that can be checked without knowing what is expected: length, version, kind, generation, ranges, and last
     * the checksum.
     *
     * @param generation the generation whose frames are wanted
     * @return null if the frame may be used, else why not
     */
    public FrameFault check(GenerationId generation) {
        if (length < HEADER_LENGTH || buffer.getByte(start + VERSION_OFFSET) != VERSION || kind() == null) {
            return FrameFault.MALFORMED;
        }
        if (buffer.getLong(start + TOKEN_OFFSET, ORDER) != generation.token()
                || buffer.getInt(start + JOB_OFFSET, ORDER) != generation.job()
                || buffer.getInt(start + GENERATION_OFFSET, ORDER) != generation.number()) {
            return FrameFault.OTHER_GENERATION;
        }
        if (!isPartInRange(kind().valueBytes()) || !isPlaceInRange(kind()) || !areSumsInRange(kind())) {
            return FrameFault.OUT_OF_RANGE;
        }
        return buffer.getInt(start + CHECKSUM_OFFSET, ORDER) == computeChecksum() ? null : FrameFault.CORRUPT;
    }

    /** The part lies in the vector, is as long as the frame, and is empty only where the vector is. */
    private boolean isPartInRange(int valueBytes) {
        int vectorLength = vectorLength();
        int partLength = partLength();
        int floatBytes = length - HEADER_LENGTH;
        return partLength == floatBytes / valueBytes
                && floatBytes % valueBytes == 0
                && vectorLength >= 0
                && (partLength > 0 || vectorLength == 0)
                && partOffset() >= 0
                && partOffset() <= vectorLength - partLength;
    }

    /** Step, epoch and segments are there where the kind has them, and nowhere else. */
    private boolean isPlaceInRange(FrameKind kind) {
        boolean stepInRange = kind.isOfStep() ? epoch() >= 1 && step() >= 0 : epoch() == 0 && step() == 0;
        boolean segmentsInRange = kind.isOfSegments()
                ? firstSegment() >= 0 && segmentCount() >= 1 && firstSegment() <= Integer.MAX_VALUE - segmentCount()
                : firstSegment() == 0 && segmentCount() == 0;
        return stepInRange && segmentsInRange;
    }

    /** A loss may be anything: that training diverges is for the coordinator to find out. */
    private boolean areSumsInRange(FrameKind kind) {
        if (kind.hasSums()) {
            return weightSum() >= 0 && weightSum() <= Double.MAX_VALUE;
        }
        return lossSum() == 0 && weightSum() == 0 && correctSum() == 0;
    }

    /** Copies the floats of this part to {@code target}, from {@code targetStart} on. */
    public void copyTo(float[] target, int targetStart) {
        if (kind().valueBytes() == Float.BYTES) {
            FloatBytes.get(buffer, start + HEADER_LENGTH, target, targetStart, partLength());
        } else {
            FloatBytes.getUpperHalves(buffer, start + HEADER_LENGTH, target, targetStart, partLength());
        }
    }

    /** What the frame carries, or null where the code is unknown. */
    public FrameKind kind() {
        return FrameKind.of(buffer.getByte(start + KIND_OFFSET));
    }

    /** Number in its generation of the worker process that sends, or that is sent to. */
    public int member() {
        return buffer.getShort(start + MEMBER_OFFSET, ORDER) & 0xFFFF;
    }

    /** Number of the step in the run, counted from 0. */
    public long step() {
        return buffer.getLong(start + STEP_OFFSET, ORDER);
    }

    /** Number of the epoch, counted from 1. */
    public int epoch() {
        return buffer.getInt(start + EPOCH_OFFSET, ORDER);
    }

    /** Number of the first segment. */
    public int firstSegment() {
        return buffer.getInt(start + FIRST_SEGMENT_OFFSET, ORDER);
    }

    /** Number of segments. */
    public int segmentCount() {
        return buffer.getInt(start + SEGMENT_COUNT_OFFSET, ORDER);
    }

    /** Length of the whole vector in floats. */
    public int vectorLength() {
        return buffer.getInt(start + VECTOR_LENGTH_OFFSET, ORDER);
    }

    /** First float of this part. */
    public int partOffset() {
        return buffer.getInt(start + PART_OFFSET_OFFSET, ORDER);
    }

    /** Number of floats of this part. */
    public int partLength() {
        return buffer.getInt(start + PART_LENGTH_OFFSET, ORDER);
    }

    /** Sum of the losses of a gradient. */
    public double lossSum() {
        return buffer.getDouble(start + LOSS_SUM_OFFSET, ORDER);
    }

    /** Sum of the sample weights of a gradient. */
    public double weightSum() {
        return buffer.getDouble(start + WEIGHT_SUM_OFFSET, ORDER);
    }

    /** Number of correctly classified samples of a gradient. */
    public double correctSum() {
        return buffer.getDouble(start + CORRECT_SUM_OFFSET, ORDER);
    }

    private int computeChecksum() {
        return checksum.of(buffer, start + TOKEN_OFFSET, length - TOKEN_OFFSET, start, CHECKSUM_OFFSET);
    }
}
