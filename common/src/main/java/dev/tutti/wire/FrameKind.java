package dev.tutti.wire;

/** What a frame carries. The codes are part of the wire format. */
public enum FrameKind {
    /** A part of the weights of a step: coordinator to all workers. Complete weights start the step. */
    WEIGHTS(1, true, false),
    /** A piece of work, some neighbouring segments of a step, with its samples where workers do not hold them. */
    WORK(2, true, true),
    /** A part of the training set's features. */
    FEATURES(3, false, false),
    /** A part of the training set's targets. */
    TARGETS(4, false, false),
    /** A part of a node of the summation tree: worker to coordinator. */
    GRADIENT(5, true, true),
    /** The same with the upper half of each float, where the lower half is 0: bfloat16. */
    GRADIENT_BFLOAT16(7, true, true, Short.BYTES),
    /** Request of a worker that has work but not its weights: they did not arrive whole, or the step is over. No floats. */
    RESEND_WEIGHTS(6, true, false),
    /** A part of one of the optimizer's arrays before a step; its number stands for the segment. Coordinator to all workers. */
    STATE(8, true, true),
    /** A part of a share of the sum of a step's gradients: from its owner to all others. */
    ROOT(9, true, false),
    /** The same with the upper half of each float, where the lower half is 0. */
    ROOT_BFLOAT16(10, true, false, Short.BYTES),
    /** A sign of life of a worker that may be waiting for others. No floats. */
    ALIVE(11, true, false),
    /** How many seconds a worker has computed at some segments: one float. */
    COMPUTED(12, true, true);

    private static final FrameKind[] BY_CODE = new FrameKind[13];

    static {
        for (FrameKind kind : values()) {
            BY_CODE[kind.code] = kind;
        }
    }

    private final byte code;
    private final boolean ofStep;
    private final boolean ofSegments;
    private final int valueBytes;

    FrameKind(int code, boolean ofStep, boolean ofSegments) {
        this(code, ofStep, ofSegments, Float.BYTES);
    }

    FrameKind(int code, boolean ofStep, boolean ofSegments, int valueBytes) {
        this.code = (byte) code;
        this.ofStep = ofStep;
        this.ofSegments = ofSegments;
        this.valueBytes = valueBytes;
    }

    /** Returns the kind of gradients whose values take so many bytes: 4 or 2. */
    public static FrameKind gradient(int valueBytes) {
        return valueBytes == Short.BYTES ? GRADIENT_BFLOAT16 : GRADIENT;
    }

    /** Returns the kind of sums whose values take so many bytes: 4 or 2. */
    public static FrameKind root(int valueBytes) {
        return valueBytes == Short.BYTES ? ROOT_BFLOAT16 : ROOT;
    }

    /** Number of bytes of each value of the vector. */
    public int valueBytes() {
        return valueBytes;
    }

    /** Whether sums of losses and of samples come with it; otherwise they are 0. */
    boolean hasSums() {
        return this == GRADIENT || this == GRADIENT_BFLOAT16 || this == ROOT || this == ROOT_BFLOAT16;
    }

    /** Whether it belongs to a step, and so says which; otherwise epoch and step are 0. */
    boolean isOfStep() {
        return ofStep;
    }

    /** Whether it belongs to segments, and so says which; otherwise their numbers are 0. */
    boolean isOfSegments() {
        return ofSegments;
    }

    /** The code in a frame. */
    public byte code() {
        return code;
    }

    /** Returns the kind with this code, or null where there is none. */
    public static FrameKind of(byte code) {
        return code > 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }
}
