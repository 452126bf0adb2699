package dev.tutti.reduce;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OwnedShareTest {
    private static final int START = 3;

    /** Parameters 3 to 9, in blocks of three: 7 to 9, 4 to 6, and 3. */
    private final OwnedShare share = new OwnedShare(7, 3, VectorSum.SERIAL);

    @Test
    void shouldGiveOutBlocksFromTheEndAsTheyAreComplete() {
        share.begin(5, 2);
        int taken = share.deliver(5, node(0, 1), START, 0, 4);
        assertThat(taken).as("whole blocks of four parameters").isEqualTo(1);
        assertThat(share.takeNext()).as("half of the segments").isNull();
        PartialGradient other = share.acquire(5, 0, 1, 1);
        other.sums(2, 1, 1);
        System.arraycopy(new float[] {700, 800, 900}, 0, other.gradient(), 0, 3);
        share.deliver(0, other);
        PartialGradient last = share.takeNext();
        assertThat(last.gradient()).containsExactly(707, 808, 909);
        assertThat(last.lossSum()).isEqualTo(3);
        assertThat(share.taken()).isEqualTo(3);
        share.release(last);
        assertThat(share.takeNext()).isNull();
        assertThat(share.deliver(5, node(0, 1), START, taken, 7)).isEqualTo(3);
        assertThat(share.deliver(5, node(1, 1), START, 0, 7)).isEqualTo(3);
        assertThat(share.takeNext().gradient()).containsExactly(8, 10, 12);
        assertThat(share.isTaken()).isFalse();
        assertThat(share.takeNext().gradient()).containsExactly(6);
        assertThat(share.isTaken()).isTrue();
        assertThat(share.taken()).isEqualTo(7);
        assertThat(share.takeNext()).isNull();
    }

    @Test
    void shouldTakeABlockOfASegmentOnce() {
        share.begin(5, 2);
        share.deliver(5, node(0, 1), START, 0, 3);
        assertThat(share.acquire(5, 0, 0, 1)).as("twice").isNull();
        assertThat(share.acquire(5, 1, 0, 1)).as("the next block").isNotNull();
        assertThat(share.acquire(4, 1, 1, 1)).as("another step").isNull();
        assertThat(share.acquire(5, 0, 0, 2)).as("a node with more").isNotNull();
    }

    @Test
    void shouldKnowItsBlocks() {
        assertThat(share.blockOf(0, 3)).isZero();
        assertThat(share.blockOf(3, 3)).isEqualTo(1);
        assertThat(share.blockOf(6, 1)).isEqualTo(2);
        assertThat(share.blockOf(6, 3)).isEqualTo(-1);
        assertThat(share.blockOf(1, 3)).isEqualTo(-1);
        assertThat(share.blockOf(9, 3)).isEqualTo(-1);
        assertThat(new OwnedShare(0, 3, VectorSum.SERIAL).blockOf(0, 0)).isZero();
    }

    @Test
    void shouldAddAnEmptyShare() {
        OwnedShare empty = new OwnedShare(0, 3, VectorSum.SERIAL);
        empty.begin(1, 1);
        assertThat(empty.isTaken()).isFalse();
        assertThat(empty.deliver(1, node(0, 1), 10, 0, 0)).isEqualTo(1);
        assertThat(empty.takeNext().lossSum()).isEqualTo(1);
        assertThat(empty.isTaken()).isTrue();
    }

    /** Element i is i. */
    private static PartialGradient node(int first, int count) {
        PartialGradient node = new PartialGradient(10).reset(first, count);
        node.sums(1, 1, 1);
        for (int i = 0; i < 10; i++) {
            node.gradient()[i] = i;
        }
        return node;
    }
}
