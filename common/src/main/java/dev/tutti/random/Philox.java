package dev.tutti.random;

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

    /** Returns half of the 128 bits of the block of a counter (4 words) and a key (2 words): words 1, 0 or words 3, 2. */
    static long block(int word0, int word1, int word2, int word3, int seed0, int seed1, boolean upperHalf) {
        int counter0 = word0;
        int counter1 = word1;
        int counter2 = word2;
        int counter3 = word3;
        int key0 = seed0;
        int key1 = seed1;
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = (MULTIPLIER_0 & 0xFFFFFFFFL) * (counter0 & 0xFFFFFFFFL);
            long product1 = (MULTIPLIER_1 & 0xFFFFFFFFL) * (counter2 & 0xFFFFFFFFL);
            counter0 = (int) (product1 >>> 32) ^ counter1 ^ key0;
            counter1 = (int) product1;
            counter2 = (int) (product0 >>> 32) ^ counter3 ^ key1;
            counter3 = (int) product0;
            key0 += WEYL_0;
            key1 += WEYL_1;
        }
        return upperHalf
                ? (counter3 & 0xFFFFFFFFL) << 32 | (counter2 & 0xFFFFFFFFL)
                : (counter1 & 0xFFFFFFFFL) << 32 | (counter0 & 0xFFFFFFFFL);
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
