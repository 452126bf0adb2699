package dev.tutti.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;

/** Frames as bytes, and what bad networks and bad people do to them. */
public final class Frames {
    private static final int[] EXTREMES = {Integer.MIN_VALUE, -1, 0, 1, 2, 3, 7, 1 << 16, Integer.MAX_VALUE};

    private Frames() {}

    /** Returns the frames of a vector, the last one shorter. */
    public static List<byte[]> of(GenerationId generation, FrameHeader header, float[] vector, int floatsPerFrame) {
        List<byte[]> frames = new ArrayList<>();
        int offset = 0;
        do {
            int part = Math.min(floatsPerFrame, vector.length - offset);
            byte[] bytes = new byte[FrameFlyweight.HEADER_LENGTH + part * header.valueBytes()];
            new FrameFlyweight()
                    .wrapForWriting(new UnsafeBuffer(bytes), 0, bytes.length)
                    .write(generation, header, vector, 0, offset, part);
            frames.add(bytes);
            offset += part;
        } while (offset < vector.length);
        return frames;
    }

    /** Returns the frames with some lost, repeated, out of order, cut or with a bit flipped: none is forged. */
    public static List<byte[]> disturbed(Random random, List<byte[]> frames) {
        int oneIn = 2 + random.nextInt(30);
        List<byte[]> disturbed = new ArrayList<>();
        for (byte[] frame : frames) {
            int place = disturbed.size();
            switch (random.nextInt(oneIn)) {
                case 0 -> {
                    switch (random.nextInt(5)) {
                        case 0 -> {}
                        case 1 -> {
                            disturbed.add(frame);
                            disturbed.add(random.nextInt(place + 1), frame);
                        }
                        case 2 -> disturbed.add(Math.max(0, place - 1 - random.nextInt(4)), frame);
                        case 3 -> disturbed.add(Arrays.copyOf(frame, random.nextInt(2 * frame.length)));
                        default -> {
                            byte[] flipped = frame.clone();
                            flipped[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
                            disturbed.add(flipped);
                        }
                    }
                }
                default -> disturbed.add(frame);
            }
        }
        return disturbed;
    }

    /** Returns a frame with other numbers in its header, by somebody who knows the token and the checksum. */
    public static byte[] forged(Random random, byte[] frame) {
        byte[] forged = frame.clone();
        ByteBuffer bytes = ByteBuffer.wrap(forged).order(ByteOrder.LITTLE_ENDIAN);
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            int offset = FrameFlyweight.STEP_OFFSET
                    + 4 * random.nextInt((FrameFlyweight.HEADER_LENGTH - FrameFlyweight.STEP_OFFSET) / 4);
            int near = bytes.getInt(offset) + random.nextInt(5) - 2;
            bytes.putInt(offset, random.nextBoolean() ? near : EXTREMES[random.nextInt(EXTREMES.length)]);
        }
        if (random.nextInt(4) == 0) {
            bytes.put(FrameFlyweight.KIND_OFFSET, (byte) random.nextInt(8));
            bytes.putShort(FrameFlyweight.MEMBER_OFFSET, (short) random.nextInt(5));
        }
        CRC32C crc = new CRC32C();
        crc.update(forged, FrameFlyweight.TOKEN_OFFSET, forged.length - FrameFlyweight.TOKEN_OFFSET);
        crc.update(forged, 0, FrameFlyweight.CHECKSUM_OFFSET);
        bytes.putInt(FrameFlyweight.CHECKSUM_OFFSET, (int) crc.getValue());
        return forged;
    }
}
