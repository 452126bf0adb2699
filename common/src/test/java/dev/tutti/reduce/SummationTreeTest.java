package dev.tutti.reduce;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SummationTreeTest {
    private static final int MAX_SEGMENTS = 40;

    @Test
    void shouldKnowExactlyTheNodesOfTheTree() {
        for (int segments = 1; segments <= MAX_SEGMENTS; segments++) {
            Set<List<Integer>> nodes = nodes(segments);
            for (int first = -1; first <= segments + 1; first++) {
                for (int count = -1; count <= segments + 2; count++) {
                    assertThat(SummationTree.isNode(first, count, segments))
                            .as("first=%d, count=%d, segments=%d", first, count, segments)
                            .isEqualTo(nodes.contains(List.of(first, count)));
                }
            }
        }
    }

    @Test
    void shouldRefuseNodesOutOfRangeWithoutOverflow() {
        int[] extremes = {Integer.MIN_VALUE, -1, 0, 1, 1 << 30, Integer.MAX_VALUE};
        for (int first : extremes) {
            for (int count : extremes) {
                for (int segments : new int[] {1, 5, 8}) {
                    boolean expected = nodes(segments).contains(List.of(first, count));
                    assertThat(SummationTree.isNode(first, count, segments))
                            .as("first=%d, count=%d, segments=%d", first, count, segments)
                            .isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void shouldCutEveryRangeIntoTheFewestNodes() {
        for (int segments = 1; segments <= MAX_SEGMENTS; segments++) {
            Set<List<Integer>> nodes = nodes(segments);
            for (int first = 0; first < segments; first++) {
                for (int end = first + 1; end <= segments; end++) {
                    assertThat(SummationTree.largestNode(first, end, segments))
                            .as("first=%d, end=%d, segments=%d", first, end, segments)
                            .isEqualTo(largest(nodes, first, end));
                    assertThat(SummationTree.nodeCount(first, end, segments))
                            .as("first=%d, end=%d, segments=%d", first, end, segments)
                            .isEqualTo(fewest(nodes, first, end));
                }
            }
        }
    }

    private static int largest(Set<List<Integer>> nodes, int first, int end) {
        int best = 0;
        for (int count = 1; count <= end - first; count++) {
            best = nodes.contains(List.of(first, count)) ? count : best;
        }
        return best;
    }

    /** A node lies in the range and is in no larger one that does. */
    private static int fewest(Set<List<Integer>> nodes, int first, int end) {
        int count = 0;
        for (int segment = first; segment < end; segment += largest(nodes, segment, end)) {
            count++;
        }
        long maximal = nodes.stream()
                .filter(node -> node.get(0) >= first && node.get(0) + node.get(1) <= end)
                .filter(node -> nodes.stream()
                        .noneMatch(other -> other.get(1) > node.get(1)
                                && other.get(0) >= first
                                && other.get(0) + other.get(1) <= end
                                && other.get(0) <= node.get(0)
                                && other.get(0) + other.get(1) >= node.get(0) + node.get(1)))
                .count();
        assertThat(maximal).isEqualTo(count);
        return count;
    }

    /** All nodes as (first, count), level by level as the contract says: neighbours pairwise, an odd one out moves up. */
    static Set<List<Integer>> nodes(int segments) {
        Set<List<Integer>> nodes = new HashSet<>();
        for (int span = 1; span < 2 * segments; span *= 2) {
            for (int first = 0; first < segments; first += span) {
                nodes.add(List.of(first, Math.min(span, segments - first)));
            }
        }
        return nodes;
    }

    @Test
    void shouldCutWhereTheFewestNodesAreCut() {
        for (int segments = 2; segments <= 40; segments++) {
            for (int first = 1; first < segments; first++) {
                for (int last = first; last < segments; last++) {
                    int place = SummationTree.shallowestCut(first, last, segments);
                    assertThat(place).isBetween(first, last);
                    for (int other = first; other <= last; other++) {
                        assertThat(vectors(place, segments))
                                .as("%d to %d of %d: %d and %d", first, last, segments, place, other)
                                .isLessThanOrEqualTo(vectors(other, segments));
                    }
                }
            }
        }
    }

    /** Number of vectors that two send who share the segments. */
    private static int vectors(int cut, int segments) {
        return SummationTree.nodeCount(0, cut, segments) + SummationTree.nodeCount(cut, segments, segments);
    }
}
