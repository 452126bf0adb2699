package dev.tutti.wire;

/** Why a frame was dropped. */
public enum FrameFault {
    /** Too short, of another version of the layout, or of an unknown kind. */
    MALFORMED,
    /** Of another job or generation, or forged: its token is not the generation's. */
    OTHER_GENERATION,
    /** A number in it is out of range. */
    OUT_OF_RANGE,
    /** The checksum is wrong. */
    CORRUPT,
    /** Well-formed, but not what comes next: a part is missing or repeated, or it is of no use to the receiver. */
    UNEXPECTED
}
