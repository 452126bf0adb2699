package dev.tutti.reduce;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Nodes in any order and size, lost, repeated or containing each other: the same bits, and no buffer lost or given back twice. */
class TreeSumTest {
    private static final int MAX_SEGMENTS = 40;
    private static final int PARAMETERS = 3;
    private static final long SEED = Long.getLong("tutti.seed", 20261121);

    @Test
    void shouldGiveTheBitsOfTheRecursiveSumForEveryCutOfAFewSegments() {
        for (int segments = 1; segments <= 10; segments++) {
            Random random = new Random(SEED + segments);
            for (int cuts = 0; cuts < 1 << (segments - 1); cuts++) {
                Scene scene = new Scene("segments=" + segments + ", cuts=" + Integer.toBinaryString(cuts), segments);
                List<Range> ranges = new ArrayList<>();
                int first = 0;
                for (int end = 1; end <= segments; end++) {
                    if (end == segments || (cuts >> (end - 1) & 1) == 1) {
                        ranges.addAll(nodesOf(first, end, segments));
                        first = end;
                    }
                }
                Collections.shuffle(ranges, random);
                ranges.forEach(scene::deliver);
                scene.assertComplete();
                scene.assertEveryBufferGivenBack();
            }
        }
    }

    @Test
    void shouldGiveTheBitsOfTheRecursiveSumForRandomCutsOrdersAndRepeats() {
        for (int segments = 1; segments <= MAX_SEGMENTS; segments++) {
            for (int round = 0; round < 60; round++) {
                long seed = SEED + 1000L * segments + round;
                Random random = new Random(seed);
                Scene scene = new Scene("seed=" + seed + ", segments=" + segments, segments);
                List<Range> ranges = randomCut(random, segments);
                for (int extra = random.nextInt(segments + 1); extra > 0; extra--) {
                    ranges.add(
                            random.nextBoolean()
                                    ? ranges.get(random.nextInt(ranges.size()))
                                    : randomNode(random, segments));
                }
                Collections.shuffle(ranges, random);
                ranges.forEach(scene::deliver);
                scene.assertComplete();
                scene.assertEveryBufferGivenBack();
            }
        }
    }

    @Test
    void shouldServeManyStepsWithThePoolOfOne() {
        Random random = new Random(SEED);
        Pool pool = new Pool();
        TreeSum sum = new TreeSum(pool::release);
        for (int step = 0; step < 300; step++) {
            Scene scene = new Scene("seed=" + SEED + ", step=" + step, 1 + random.nextInt(MAX_SEGMENTS), pool, sum);
            List<Range> ranges = randomCut(random, scene.segments);
            Collections.shuffle(ranges, random);
            int delivered = random.nextInt(4) == 0 ? random.nextInt(ranges.size()) : ranges.size();
            ranges.subList(0, delivered).forEach(scene::deliver);
            if (delivered == ranges.size()) {
                scene.assertComplete();
            } else {
                assertThat(sum.isComplete()).as(scene.name).isFalse();
            }
        }
        sum.clear();
        pool.assertAllGivenBack("seed=" + SEED);
        assertThat(pool.created).as("buffers for one step at most").isLessThanOrEqualTo(MAX_SEGMENTS);
    }

    @Test
    void shouldRefuseWhatIsNotANode() {
        Pool pool = new Pool();
        TreeSum sum = new TreeSum(pool::release);
        for (int segments = 1; segments <= 20; segments++) {
            sum.begin(segments);
            for (int first = 0; first <= segments; first++) {
                for (int count = 1; count <= segments + 1; count++) {
                    if (!SummationTreeTest.nodes(segments).contains(List.of(first, count))) {
                        assertThat(sum.accepts(first, count)).isFalse();
                        assertThat(sum.add(new PartialGradient(1).reset(first, count)))
                                .isZero();
                    }
                }
            }
            assertThat(sum.coveredSegments()).isZero();
            assertThat(sum.isComplete()).isFalse();
        }
    }

    @Test
    void shouldNotBeCompleteBeforeItBegins() {
        assertThat(new TreeSum(node -> {}).isComplete()).isFalse();
    }

    private static List<Range> randomCut(Random random, int segments) {
        int meanLength = 1 + random.nextInt(segments);
        List<Range> ranges = new ArrayList<>();
        for (int first = 0; first < segments; ) {
            int end = Math.min(segments, first + 1 + random.nextInt(meanLength));
            ranges.addAll(nodesOf(first, end, segments));
            first = end;
        }
        return ranges;
    }

    private static List<Range> nodesOf(int first, int end, int segments) {
        List<Range> nodes = new ArrayList<>();
        for (int segment = first; segment < end; ) {
            int count = SummationTree.largestNode(segment, end, segments);
            nodes.add(new Range(segment, count));
            segment += count;
        }
        return nodes;
    }

    private static Range randomNode(Random random, int segments) {
        int first = random.nextInt(segments);
        int end = first + 1 + random.nextInt(segments - first);
        return new Range(first, SummationTree.largestNode(first, end, segments));
    }

    private record Range(int first, int count) {}

    /** Buffers, and who has them. */
    private static final class Pool {
        private final ArrayDeque<PartialGradient> free = new ArrayDeque<>();
        private final Map<PartialGradient, Boolean> givenAway = new IdentityHashMap<>();
        private int created;

        PartialGradient acquire() {
            if (free.isEmpty()) {
                created++;
                return new PartialGradient(PARAMETERS);
            }
            return free.pop();
        }

        void giveAway(PartialGradient node) {
            assertThat(givenAway.put(node, true)).as("given away twice").isNull();
        }

        void release(PartialGradient node) {
            assertThat(givenAway.remove(node)).as("given back twice").isTrue();
            free.push(node);
        }

        void assertAllGivenBack(String name) {
            assertThat(givenAway).as(name).isEmpty();
            assertThat(free).as(name).hasSize(created);
        }
    }

    /** One step: the segments' values, the sum, and a model of what it holds. */
    private static final class Scene {
        final String name;
        final int segments;
        private final Pool pool;
        private final TreeSum sum;
        private final float[][] gradients;
        private final double[] losses;
        private final BitSet covered = new BitSet();

        Scene(String name, int segments) {
            this(name, segments, new Pool());
        }

        private Scene(String name, int segments, Pool pool) {
            this(name, segments, pool, new TreeSum(pool::release));
        }

        Scene(String name, int segments, Pool pool, TreeSum sum) {
            this.name = name;
            this.segments = segments;
            this.pool = pool;
            this.sum = sum;
            gradients = new float[segments][PARAMETERS];
            losses = new double[segments];
            Random values = new Random(segments);
            for (int segment = 0; segment < segments; segment++) {
                for (int i = 0; i < PARAMETERS; i++) {
                    gradients[segment][i] = (float) Math.scalb(values.nextGaussian(), values.nextInt(20));
                }
                losses[segment] = Math.scalb(values.nextDouble(), values.nextInt(40));
            }
            sum.begin(segments);
        }

        void deliver(Range range) {
            PartialGradient node = pool.acquire().reset(range.first, range.count);
            fill(node);
            BitSet before = (BitSet) covered.clone();
            covered.set(range.first, range.first + range.count);
            int expected = covered.cardinality() - before.cardinality();
            assertThat(sum.accepts(range.first, range.count)).as(name).isEqualTo(expected > 0);
            if (expected > 0) {
                pool.giveAway(node);
            }
            assertThat(sum.add(node)).as(name).isEqualTo(expected);
            if (expected == 0) {
                pool.free.push(node);
            }
            assertHolds();
        }

        private void assertHolds() {
            BitSet held = new BitSet();
            for (int segment = 0; segment < segments; segment++) {
                PartialGradient node = sum.nodeAt(segment);
                if (node != null) {
                    assertThat(node.firstSegment()).as(name).isEqualTo(segment);
                    assertThat(held.get(segment, node.endSegment()).isEmpty())
                            .as(name)
                            .isTrue();
                    held.set(segment, node.endSegment());
                    assertBits(node);
                }
                assertThat(sum.covers(segment)).as(name).isEqualTo(covered.get(segment));
            }
            assertThat(held).as(name).isEqualTo(covered);
            assertThat(sum.coveredSegments()).as(name).isEqualTo(covered.cardinality());
        }

        void assertComplete() {
            assertThat(sum.isComplete()).as(name).isTrue();
            PartialGradient root = sum.nodeAt(0);
            assertThat(root.segmentCount()).as(name).isEqualTo(segments);
            assertBits(root);
        }

        void assertEveryBufferGivenBack() {
            sum.begin(segments);
            pool.assertAllGivenBack(name);
        }

        private void fill(PartialGradient node) {
            int end = node.endSegment();
            for (int i = 0; i < PARAMETERS; i++) {
                node.gradient()[i] = gradient(i, node.firstSegment(), end);
            }
            node.sums(loss(node.firstSegment(), end), node.segmentCount(), 2 * node.segmentCount());
        }

        private void assertBits(PartialGradient node) {
            PartialGradient expected = new PartialGradient(PARAMETERS).reset(node.firstSegment(), node.segmentCount());
            fill(expected);
            assertThat(node.gradient()).as(name).isEqualTo(expected.gradient());
            assertThat(node.lossSum()).as(name).isEqualTo(expected.lossSum());
            assertThat(node.weightSum()).as(name).isEqualTo(expected.weightSum());
            assertThat(node.correctSum()).as(name).isEqualTo(expected.correctSum());
        }

        /** Seen from the top, the left child has the largest power of two of segments that leaves some for the right one. */
        private float gradient(int i, int first, int end) {
            if (end - first == 1) {
                return gradients[first][i];
            }
            int middle = first + Integer.highestOneBit(end - first - 1);
            return gradient(i, first, middle) + gradient(i, middle, end);
        }

        private double loss(int first, int end) {
            if (end - first == 1) {
                return losses[first];
            }
            int middle = first + Integer.highestOneBit(end - first - 1);
            return loss(first, middle) + loss(middle, end);
        }
    }
}
