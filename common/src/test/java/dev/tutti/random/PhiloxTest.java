package dev.tutti.random;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.random.Philox.Purpose;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PhiloxTest {

    /** The known-answer vectors for philox4x32-10 of Random123, the authors' own implementation. */
    @ParameterizedTest
    @CsvSource({
        "00000000 00000000 00000000 00000000, 00000000 00000000, 6627e8d5 e169c58d bc57ac4c 9b00dbd8",
        "ffffffff ffffffff ffffffff ffffffff, ffffffff ffffffff, 408f276d 41c83b0e a20bc7c6 6d5451fd",
        "243f6a88 85a308d3 13198a2e 03707344, a4093822 299f31d0, d16cfe09 94fdcceb 5001e420 24126ea1"
    })
    void shouldGiveTheKnownAnswers(String counter, String key, String expected) {
        int[] c = words(counter);
        int[] k = words(key);
        int[] e = words(expected);
        long low = Philox.block(c[0], c[1], c[2], c[3], k[0], k[1], false);
        long high = Philox.block(c[0], c[1], c[2], c[3], k[0], k[1], true);
        assertThat(new int[] {(int) low, (int) (low >>> 32), (int) high, (int) (high >>> 32)})
                .isEqualTo(e);
    }

    /** From an independent implementation; if one of these changes, no seed gives the run that it gave before. */
    @Test
    void shouldKeepItsNumbersForEver() {
        assertThat(Philox.bits(1, Purpose.SHUFFLE, 1, 0)).isEqualTo(0x657c46165f385a57L);
        assertThat(Philox.bits(1, Purpose.INITIAL_WEIGHTS, 0, 7)).isEqualTo(0xdb9adddae6f99730L);
        assertThat(Philox.bits(-5, Purpose.SPLIT, 0, 1L << 40)).isEqualTo(0xb80af375a058aba7L);
        assertThat(Philox.bits(1, Purpose.DROPOUT, 3, 2)).isEqualTo(0x9dd79b58c68e6a7cL);
        assertThat(Philox.otherBits(1, Purpose.DROPOUT, 3, 2)).isEqualTo(0xafd8fbf1ba589f93L);
        assertThat(Philox.bits(1, Purpose.NOISE, 3, 2)).isEqualTo(0x06b04c6e7506b3b1L);
    }

    @Test
    void shouldPutEachPartOfTheQuestionIntoItsOwnWord() {
        long seed = 0x0000000200000001L;
        long index = 0x0000000400000003L;
        assertThat(Philox.bits(seed, Purpose.SPLIT, 5, index)).isEqualTo(Philox.block(3, 4, 5, 3, 1, 2, false));
    }

    @Test
    void shouldDependOnEveryPartOfTheQuestion() {
        long[] bits = {
            Philox.bits(1, Purpose.SHUFFLE, 1, 1),
            Philox.bits(2, Purpose.SHUFFLE, 1, 1),
            Philox.bits(1L << 32, Purpose.SHUFFLE, 1, 1),
            Philox.bits(1, Purpose.SPLIT, 1, 1),
            Philox.bits(1, Purpose.SHUFFLE, 2, 1),
            Philox.bits(1, Purpose.SHUFFLE, 1, 2),
            Philox.bits(1, Purpose.SHUFFLE, 1, 1L << 32)
        };
        assertThat(Arrays.stream(bits).distinct().count()).isEqualTo(bits.length);
    }

    @Test
    void shouldComputeManyBlocksAsOneByOne() {
        long[] words = new long[4 * Philox.BLOCKS];
        long[] indices = LongStream.range(0, Philox.BLOCKS)
                .map(i -> Philox.bits(1, Purpose.NOISE, 0, i))
                .toArray();
        for (int i = 0; i < indices.length; i++) {
            words[i] = indices[i] & 0xFFFFFFFFL;
            words[Philox.BLOCKS + i] = indices[i] >>> 32;
        }
        long seed = 0xFEDCBA9876543210L;
        Philox.blocks(seed, Purpose.DROPOUT, 3, words);
        for (int i = 0; i < indices.length; i++) {
            assertThat(words[Philox.BLOCKS + i] << 32 | words[i])
                    .isEqualTo(Philox.bits(seed, Purpose.DROPOUT, 3, indices[i]));
            assertThat(words[3 * Philox.BLOCKS + i] << 32 | words[2 * Philox.BLOCKS + i])
                    .isEqualTo(Philox.otherBits(seed, Purpose.DROPOUT, 3, indices[i]));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10, 1000, Integer.MAX_VALUE})
    void shouldDrawBelowTheBound(int bound) {
        assertThat(IntStream.range(0, 2000).map(i -> Philox.below(bound, 42, Purpose.SHUFFLE, 1, i)))
                .as("seed 42")
                .allSatisfy(number -> assertThat(number).isBetween(0, bound - 1));
    }

    @Test
    void shouldDrawEachNumberAboutEquallyOften() {
        int[] counts = new int[10];
        IntStream.range(0, 10_000).forEach(i -> counts[Philox.below(10, 7, Purpose.SHUFFLE, 1, i)]++);
        // Six standard deviations of a binomial count: sqrt(10000 * 0.1 * 0.9) = 30.
        assertThat(Arrays.stream(counts))
                .as("seed 7")
                .allSatisfy(count -> assertThat(count).isBetween(820, 1180));
    }

    @Test
    void shouldDrawUniformFloatsFromZeroToBelowOne() {
        float[] all = new float[10_000];
        for (int i = 0; i < all.length; i++) {
            all[i] = Philox.uniform(3, Purpose.NOISE, 1, i);
            assertThat(all[i])
                    .as("seed 3, index %s", i)
                    .isGreaterThanOrEqualTo(0)
                    .isLessThan(1);
            assertThat(all[i] * 0x1p24f).as("seed 3, index %s", i).isEqualTo((float) Math.rint(all[i] * 0x1p24f));
        }
        double mean = LongStream.range(0, all.length)
                .mapToDouble(i -> all[(int) i])
                .average()
                .orElseThrow();
        assertThat(mean).as("seed 3").isBetween(0.5 - 6 * 0.0029, 0.5 + 6 * 0.0029);
    }

    private static int[] words(String hex) {
        return Arrays.stream(hex.split(" ", -1))
                .mapToInt(word -> Integer.parseUnsignedInt(word, 16))
                .toArray();
    }
}
