package dev.tutti.wire;

/** What a frame carries. The codes are part of the wire format. */
public enum FrameKind {
    /** A part of the weights of a step: coordinator to all workers. Complete weights start the step. */
    WEIGHTS(1),
    /** A piece of work, some neighbouring segments of a step, with its samples where workers do not hold them. */
    WORK(2),
    /** A part of the training set's features. */
    FEATURES(3),
    /** A part of the training set's targets. */
    TARGETS(4),
    /** A part of a node of the summation tree: worker to coordinator. */
    GRADIENT(5),
    /** A worker has work but not its weights: they did not arrive whole, or the step is over: worker to coordinator. */
    RESEND_WEIGHTS(6);

    private static final FrameKind[] BY_CODE = new FrameKind[7];

    static {
        for (FrameKind kind : values()) {
            BY_CODE[kind.code] = kind;
        }
    }

    private final byte code;

    FrameKind(int code) {
        this.code = (byte) code;
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
