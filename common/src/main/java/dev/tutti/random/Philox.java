package dev.tutti.random;

import java.util.Arrays;

/**
 * Counter-based random numbers: Philox4x32-10 (Salmon and others, "Parallel random numbers: as easy as 1, 2, 3", 2011). A pure
 * function of (seed, purpose, epoch, index): the same whoever asks, in whatever order. Stateless.
 */
public final class Philox {
    private static final int MULTIPLIER_0 = 0xD2511F53;
    private static final int MULTIPLIER_1 = 0xCD9E8D57;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;
    private static final long LOW = 0xFFFFFFFFL;

    /** Number of blocks that {@link #blocks} computes side by side. */
    public static final int BLOCKS = 128;

    /** What a random number is for: numbers of different purposes are independent. The numbers are part of the contract. */
    public enum Purpose {
        /** Order of the samples of an epoch. */
        SHUFFLE(1),
        /** Initial weights. */
        INITIAL_WEIGHTS(2),
        /** Which samples are held out for validation. */
        SPLIT(3),
        /** Which units are dropped. */
        DROPOUT(4),
        /** Noise added to gradients or inputs. */
        NOISE(5);

        private final int code;

        Purpose(int code) {
            this.code = code;
        }
    }

    private Philox() {}

    /**
     * Returns 64 random bits.
     *
     * @param seed of the run
     * @param purpose what they are for
     * @param epoch number of the epoch, or 0
     * @param index number of the sample or parameter
     */
    public static long bits(long seed, Purpose purpose, int epoch, long index) {
        return block((int) index, (int) (index >>> 32), epoch, purpose.code, (int) seed, (int) (seed >>> 32), false);
    }

    /** Returns the 64 bits beside those of {@link #bits}: the other half of the same block. */
    public static long otherBits(long seed, Purpose purpose, int epoch, long index) {
        return block((int) index, (int) (index >>> 32), epoch, purpose.code, (int) seed, (int) (seed >>> 32), true);
    }

    /**
     * Computes {@link #BLOCKS} blocks of 128 random bits; the lower 64 bits of each are {@link #bits} of its index. A simple loop
     * with constant distances, which the JVM turns into vectors.
     *
     * @param words {@code [4 x BLOCKS]}, each an unsigned number of 32 bits: the lower and the upper words of the indices in the
     *     first two rows; receives words 0 to 3 of the results
     */
    public static void blocks(long seed, Purpose purpose, int epoch, long[] words) {
        Arrays.fill(words, 2 * BLOCKS, 3 * BLOCKS, epoch & LOW);
        Arrays.fill(words, 3 * BLOCKS, 4 * BLOCKS, purpose.code);
        int key0 = (int) seed;
        int key1 = (int) (seed >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            round(words, key0 & LOW, key1 & LOW);
            key0 += WEYL_0;
            key1 += WEYL_1;
        }
    }

    private static void round(long[] words, long key0, long key1) {
        for (int i = 0; i < BLOCKS; i++) {
            long product0 = (MULTIPLIER_0 & LOW) * words[i];
            long product1 = (MULTIPLIER_1 & LOW) * words[2 * BLOCKS + i];
            words[i] = product1 >>> 32 ^ words[BLOCKS + i] ^ key0;
            words[BLOCKS + i] = product1 & LOW;
            words[2 * BLOCKS + i] = product0 >>> 32 ^ words[3 * BLOCKS + i] ^ key1;
            words[3 * BLOCKS + i] = product0 & LOW;
        }
    }

    /** Returns half of the 128 bits of the block of a counter (4 words) and a key (2 words): words 1, 0 or words 3, 2. */
    static long block(int word0, int word1, int word2, int word3, int seed0, int seed1, boolean upperHalf) {
        int counter0 = word0;
        int counter1 = word1;
        int counter2 = word2;
        int counter3 = word3;
        int key0 = seed0;
        int key1 = seed1;
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = (MULTIPLIER_0 & LOW) * (counter0 & LOW);
            long product1 = (MULTIPLIER_1 & LOW) * (counter2 & LOW);
            counter0 = (int) (product1 >>> 32) ^ counter1 ^ key0;
            counter1 = (int) product1;
            counter2 = (int) (product0 >>> 32) ^ counter3 ^ key1;
            counter3 = (int) product0;
            key0 += WEYL_0;
            key1 += WEYL_1;
        }
        return upperHalf ? (counter3 & LOW) << 32 | (counter2 & LOW) : (counter1 & LOW) << 32 | (counter0 & LOW);
    }

    /** Returns a random whole number from 0 to {@code bound - 1}; the bias is below {@code bound / 2^32}. */
    public static int below(int bound, long seed, Purpose purpose, int epoch, long index) {
        return (int) Math.multiplyHigh(bits(seed, purpose, epoch, index) >>> 1, 2L * bound);
    }

    /** Returns a random float in [0, 1), a multiple of 2^-24. */
    public static float uniform(long seed, Purpose purpose, int epoch, long index) {
        return (bits(seed, purpose, epoch, index) >>> 40) * 0x1p-24f;
    }
}
