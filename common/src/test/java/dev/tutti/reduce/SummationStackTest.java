package dev.tutti.reduce;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SummationStackTest {
    /** The sums are written out as terms: an order of additions and nothing else is what the tree is about. */
    @Test
    void shouldAddSegmentsAsTheTreeDoes() {
        for (int segments = 1; segments <= 130; segments++) {
            String[] stack = new String[SummationStack.maxHeight(segments)];
            for (int segment = 0; segment < segments; segment++) {
                int top = SummationStack.height(segment);
                stack[top] = String.valueOf(segment);
                int additions = SummationStack.additions(segment, segment + 1 == segments);
                for (int i = 0; i < additions; i++) {
                    stack[top - 1] = "(" + stack[top - 1] + "+" + stack[top] + ")";
                    top--;
                }
                if (segment + 1 < segments) {
                    assertThat(SummationStack.height(segment + 1)).isEqualTo(top + 1);
                }
            }
            assertThat(stack[0]).isEqualTo(sum(0, segments));
        }
    }

    @Test
    void shouldHaveRoomForEveryNumberOfSegments() {
        assertThat(SummationStack.maxHeight(1)).isEqualTo(1);
        assertThat(SummationStack.maxHeight(Integer.MAX_VALUE))
                .isEqualTo(SummationStack.height(Integer.MAX_VALUE - 1) + 1);
    }

    /** Rule 5, from the top: the left child has the largest power of two of segments. */
    private static String sum(int first, int count) {
        if (count == 1) {
            return String.valueOf(first);
        }
        int left = SummationTree.leftHalf(count);
        return "(" + sum(first, left) + "+" + sum(first + left, count - left) + ")";
    }
}
