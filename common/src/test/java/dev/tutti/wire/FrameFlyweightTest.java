package dev.tutti.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameFlyweightTest {
    private static final long SEED = Long.getLong("tutti.seed", 20261121);
    private static final GenerationId GENERATION = new GenerationId(7, 3, 0x0123456789ABCDEFL);

    /** The layout of version 3, for ever: members of different builds must understand each other or refuse each other. */
    private static final String GOLDEN = "03050201"
            + "%s"
            + "efcdab8967452301"
            + "07000000"
            + "03000000"
            + "8877665544332211"
            + "02000000"
            + "04000000"
            + "08000000"
            + "05000000"
            + "01000000"
            + "03000000"
            + "000000000000f83f"
            + "0000000000003040"
            + "0000000000001c40"
            + "0000803f"
            + "000000c0"
            + "0000003e";

    private static FrameHeader header() {
        return new FrameHeader()
                .set(FrameKind.GRADIENT, 2, 0x1122334455667788L, 4, 8, 5)
                .member(0x0102)
                .sums(1.5, 16, 7);
    }

    private static byte[] frame() {
        float[] vector = {9, 0, 1, -2, 0.125f, 9};
        byte[] bytes = new byte[FrameFlyweight.HEADER_LENGTH + 3 * Float.BYTES];
        new FrameFlyweight()
                .wrapForWriting(new UnsafeBuffer(bytes), 0, bytes.length)
                .write(GENERATION, header(), vector, 1, 1, 3);
        return bytes;
    }

    private static FrameFault check(byte[] bytes) {
        return new FrameFlyweight()
                .wrap(new UnsafeBuffer(bytes), 0, bytes.length)
                .check(GENERATION);
    }

    /** CRC-32C of all bytes but the checksum's own, the first four last. */
    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 8, bytes.length - 8);
        crc.update(bytes, 0, 4);
        return (int) crc.getValue();
    }

    private static byte[] sealed(byte[] bytes) {
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(4, checksum(bytes));
        return bytes;
    }

    private static byte[] withInt(int offset, int value) {
        return withInt(frame(), offset, value);
    }

    @Test
    void shouldKeepItsLayout() {
        byte[] bytes = frame();
        int checksum = Integer.reverseBytes(checksum(bytes));
        assertThat(HexFormat.of().formatHex(bytes))
                .isEqualTo(String.format(GOLDEN, HexFormat.of().toHexDigits(checksum)));
        assertThat(HexFormat.of().toHexDigits(checksum)).isEqualTo("c50429ec");
    }

    /** The same header but for the kind, then two bytes of each float, the lower ones first. */
    @Test
    void shouldCarryUpperHalves() {
        float[] vector = {9, 0, 1, -2, 0.125f, 9};
        byte[] bytes = new byte[FrameFlyweight.HEADER_LENGTH + 3 * Short.BYTES];
        FrameFlyweight frame = new FrameFlyweight().wrapForWriting(new UnsafeBuffer(bytes), 0, bytes.length);
        FrameHeader header = header().set(FrameKind.GRADIENT_BFLOAT16, 2, 0x1122334455667788L, 4, 8, 5)
                .sums(1.5, 16, 7);
        frame.write(GENERATION, header, vector, 1, 1, 3);
        byte[] floats = frame();
        assertThat(Arrays.copyOfRange(bytes, 8, FrameFlyweight.HEADER_LENGTH))
                .isEqualTo(Arrays.copyOfRange(floats, 8, FrameFlyweight.HEADER_LENGTH));
        assertThat(bytes[FrameFlyweight.KIND_OFFSET]).isEqualTo((byte) 7);
        assertThat(HexFormat.of().formatHex(bytes, FrameFlyweight.HEADER_LENGTH, bytes.length))
                .isEqualTo("803f" + "00c0" + "003e");
        assertThat(frame.check(GENERATION)).isNull();
        float[] target = new float[6];
        frame.copyTo(target, 2);
        assertThat(target).containsExactly(0, 0, 1, -2, 0.125f, 0);
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 8);
        for (int length = FrameFlyweight.HEADER_LENGTH; length < longer.length; length++) {
            assertThat(new FrameFlyweight()
                            .wrap(new UnsafeBuffer(longer), 0, length)
                            .check(GENERATION))
                    .as("length %d", length)
                    .isEqualTo(length == bytes.length ? null : FrameFault.OUT_OF_RANGE);
        }
    }

    @Test
    void shouldReadWhatItWrote() {
        FrameFlyweight frame = new FrameFlyweight().wrap(new UnsafeBuffer(frame()), 0, frame().length);
        assertThat(frame.check(GENERATION)).isNull();
        assertThat(frame.kind()).isEqualTo(FrameKind.GRADIENT);
        assertThat(frame.member()).isEqualTo(0x0102);
        assertThat(frame.step()).isEqualTo(0x1122334455667788L);
        assertThat(frame.epoch()).isEqualTo(2);
        assertThat(frame.firstSegment()).isEqualTo(4);
        assertThat(frame.segmentCount()).isEqualTo(8);
        assertThat(frame.vectorLength()).isEqualTo(5);
        assertThat(frame.partOffset()).isEqualTo(1);
        assertThat(frame.partLength()).isEqualTo(3);
        assertThat(frame.lossSum()).isEqualTo(1.5);
        assertThat(frame.weightSum()).isEqualTo(16);
        assertThat(frame.correctSum()).isEqualTo(7);
        float[] target = new float[6];
        frame.copyTo(target, 2);
        assertThat(target).containsExactly(0, 0, 1, -2, 0.125f, 0);
    }

    @ParameterizedTest
    @EnumSource(FrameKind.class)
    void shouldCarryEveryKindWithWhatItHas(FrameKind kind) {
        FrameHeader header = headerOf(kind);
        byte[] bytes = Frames.of(GENERATION, header, new float[header.vectorLength()], 9)
                .get(0);
        assertThat(check(bytes)).isNull();
        assertThat(new FrameFlyweight()
                        .wrap(new UnsafeBuffer(bytes), 0, bytes.length)
                        .kind())
                .isEqualTo(kind);
        boolean ofStep = kind != FrameKind.FEATURES && kind != FrameKind.TARGETS;
        boolean ofGradient = kind == FrameKind.GRADIENT || kind == FrameKind.GRADIENT_BFLOAT16;
        boolean ofSegments =
                kind == FrameKind.WORK || kind == FrameKind.STATE || kind == FrameKind.COMPUTED || ofGradient;
        assertThat(check(withLong(bytes, FrameFlyweight.STEP_OFFSET, ofStep ? -1 : 1)))
                .isEqualTo(FrameFault.OUT_OF_RANGE);
        assertThat(check(withInt(bytes, FrameFlyweight.EPOCH_OFFSET, ofStep ? 0 : 1)))
                .isEqualTo(FrameFault.OUT_OF_RANGE);
        assertThat(check(withInt(bytes, FrameFlyweight.FIRST_SEGMENT_OFFSET, ofSegments ? -1 : 1)))
                .isEqualTo(FrameFault.OUT_OF_RANGE);
        assertThat(check(withInt(bytes, FrameFlyweight.SEGMENT_COUNT_OFFSET, ofSegments ? 0 : 1)))
                .isEqualTo(FrameFault.OUT_OF_RANGE);
        assertThat(check(withInt(bytes, FrameFlyweight.SEGMENT_COUNT_OFFSET, Integer.MAX_VALUE)))
                .isEqualTo(FrameFault.OUT_OF_RANGE);
        for (int offset : new int[] {
            FrameFlyweight.LOSS_SUM_OFFSET, FrameFlyweight.WEIGHT_SUM_OFFSET, FrameFlyweight.CORRECT_SUM_OFFSET
        }) {
            for (double sum : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
                boolean hasSums = ofGradient || kind == FrameKind.ROOT || kind == FrameKind.ROOT_BFLOAT16;
                boolean free = hasSums && offset != FrameFlyweight.WEIGHT_SUM_OFFSET;
                assertThat(check(withLong(bytes, offset, Double.doubleToRawLongBits(sum))))
                        .as("%s at %d", sum, offset)
                        .isEqualTo(free ? null : FrameFault.OUT_OF_RANGE);
            }
        }
    }

    /** Requests have no floats; a part of a vector that has some has some, too, or a receiver could wait for ever. */
    @Test
    void shouldRefuseAnEmptyPartOfAVector() {
        byte[] empty = Frames.of(GENERATION, headerOf(FrameKind.RESEND_WEIGHTS), new float[0], 1)
                .get(0);
        assertThat(check(empty)).isNull();
        assertThat(check(withInt(empty, FrameFlyweight.VECTOR_LENGTH_OFFSET, 5)))
                .isEqualTo(FrameFault.OUT_OF_RANGE);
    }

    private static FrameHeader headerOf(FrameKind kind) {
        int length = kind == FrameKind.RESEND_WEIGHTS || kind == FrameKind.ALIVE ? 0 : 5;
        return switch (kind) {
            case FEATURES, TARGETS -> new FrameHeader().set(kind, 0, 0, 0, 0, length);
            case WEIGHTS, RESEND_WEIGHTS, ALIVE -> new FrameHeader().set(kind, 1, 0, 0, 0, length);
            case WORK, STATE, COMPUTED -> new FrameHeader().set(kind, 1, 0, 3, 2, length);
            case GRADIENT, GRADIENT_BFLOAT16 ->
                new FrameHeader().set(kind, 1, 0, 3, 2, length).sums(1, 2, 3);
            case ROOT, ROOT_BFLOAT16 ->
                new FrameHeader().set(kind, 1, 0, 0, 0, length).sums(1, 2, 3);
        };
    }

    private static byte[] withInt(byte[] frame, int offset, int value) {
        byte[] bytes = frame.clone();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, value);
        return sealed(bytes);
    }

    private static byte[] withLong(byte[] frame, int offset, long value) {
        byte[] bytes = frame.clone();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(offset, value);
        return sealed(bytes);
    }

    /** Streams of Aeron are mapped memory, with the frame anywhere in it; tests and unit tests use arrays. */
    @ParameterizedTest
    @ValueSource(ints = {0, 8, 4064})
    void shouldBeTheSameInAnyMemory(int start) {
        byte[] bytes = frame();
        UnsafeBuffer direct = new UnsafeBuffer(ByteBuffer.allocateDirect(8192), 64, 8000);
        UnsafeBuffer array = new UnsafeBuffer(new byte[8192], 64, 8000);
        UnsafeBuffer heap = new UnsafeBuffer(ByteBuffer.allocate(8192), 64, 8000);
        for (UnsafeBuffer buffer : new UnsafeBuffer[] {direct, array, heap}) {
            FrameFlyweight frame = new FrameFlyweight().wrapForWriting(buffer, start, bytes.length);
            frame.write(GENERATION, header(), new float[] {0, 1, -2, 0.125f}, 0, 1, 3);
            byte[] found = new byte[bytes.length];
            buffer.getBytes(start, found);
            assertThat(found).isEqualTo(bytes);
            assertThat(frame.wrap(buffer, start, bytes.length).check(GENERATION))
                    .isNull();
        }
    }

    @Test
    void shouldRefuseEveryFrameWithOneBitFlipped() {
        byte[] bytes = frame();
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            bytes[bit >> 3] ^= (byte) (1 << (bit & 7));
            assertThat(check(bytes)).as("bit %d of byte %d", bit & 7, bit >> 3).isNotNull();
            bytes[bit >> 3] ^= (byte) (1 << (bit & 7));
        }
        assertThat(check(bytes)).isNull();
    }

    @Test
    void shouldRefuseEveryOtherLength() {
        byte[] bytes = Arrays.copyOf(frame(), 256);
        int right = frame().length;
        FrameFlyweight frame = new FrameFlyweight();
        for (int length = 0; length <= bytes.length; length++) {
            FrameFault fault = frame.wrap(new UnsafeBuffer(bytes), 0, length).check(GENERATION);
            if (length == right) {
                assertThat(fault).isNull();
            } else {
                assertThat(fault)
                        .as("length %d", length)
                        .isEqualTo(
                                length < FrameFlyweight.HEADER_LENGTH ? FrameFault.MALFORMED : FrameFault.OUT_OF_RANGE);
            }
        }
    }

    @Test
    void shouldRefuseNumbersOutOfRangeEvenUnderTheRightChecksum() {
        int[] bad = {-1, Integer.MIN_VALUE, Integer.MIN_VALUE + 1, Integer.MIN_VALUE + 2, Integer.MIN_VALUE + 3};
        for (int value : bad) {
            for (int offset : new int[] {
                FrameFlyweight.EPOCH_OFFSET,
                FrameFlyweight.FIRST_SEGMENT_OFFSET,
                FrameFlyweight.SEGMENT_COUNT_OFFSET,
                FrameFlyweight.VECTOR_LENGTH_OFFSET,
                FrameFlyweight.PART_OFFSET_OFFSET,
                FrameFlyweight.PART_LENGTH_OFFSET,
                FrameFlyweight.STEP_OFFSET + 4
            }) {
                assertThat(check(withInt(offset, value)))
                        .as("%d at byte %d", value, offset)
                        .isEqualTo(FrameFault.OUT_OF_RANGE);
            }
        }
        assertThat(check(withInt(FrameFlyweight.PART_OFFSET_OFFSET, 2))).isNull();
        assertThat(check(withInt(FrameFlyweight.PART_OFFSET_OFFSET, 3))).isEqualTo(FrameFault.OUT_OF_RANGE);
        assertThat(check(withInt(FrameFlyweight.PART_OFFSET_OFFSET, Integer.MAX_VALUE)))
                .isEqualTo(FrameFault.OUT_OF_RANGE);
        assertThat(check(withInt(FrameFlyweight.VECTOR_LENGTH_OFFSET, 3))).isEqualTo(FrameFault.OUT_OF_RANGE);
        assertThat(check(withInt(FrameFlyweight.PART_LENGTH_OFFSET, Integer.MAX_VALUE)))
                .isEqualTo(FrameFault.OUT_OF_RANGE);
    }

    @Test
    void shouldRefuseOtherGenerations() {
        byte[] bytes = frame();
        FrameFlyweight frame = new FrameFlyweight().wrap(new UnsafeBuffer(bytes), 0, bytes.length);
        assertThat(frame.check(new GenerationId(7, 3, 0))).isEqualTo(FrameFault.OTHER_GENERATION);
        assertThat(frame.check(new GenerationId(7, 4, GENERATION.token()))).isEqualTo(FrameFault.OTHER_GENERATION);
        assertThat(frame.check(new GenerationId(8, 3, GENERATION.token()))).isEqualTo(FrameFault.OTHER_GENERATION);
    }

    @Test
    void shouldStandRandomBytes() {
        Random random = new Random(SEED);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            if (bytes.length >= FrameFlyweight.HEADER_LENGTH && random.nextBoolean()) {
                System.arraycopy(frame(), 0, bytes, 0, random.nextInt(FrameFlyweight.HEADER_LENGTH));
            }
            assertThat(check(bytes)).as("seed %d, round %d", SEED, round).isNotNull();
        }
    }

    @Test
    void shouldKnowItsKindsByCode() {
        for (int code = Byte.MIN_VALUE; code <= Byte.MAX_VALUE; code++) {
            FrameKind kind = FrameKind.of((byte) code);
            if (code >= 1 && code <= FrameKind.values().length) {
                assertThat(kind.code()).isEqualTo((byte) code);
            } else {
                assertThat(kind).isNull();
            }
        }
    }
}
