package dev.tutti.app.explain.page;

import java.util.ArrayList;
import java.util.List;

/**
 * A node of a tree of sums.
 *
 * @param name of the sum, or of a leaf
 * @param by who makes it, such as {@code added by coordinator}
 * @param again whether it was lost, and is made once more
 * @param children what is added; none for a leaf
 */
public record SumTree(String name, String by, boolean again, List<SumTree> children) {
    private static final int NAMES = 36;

    /** Children cannot be changed. */
    public SumTree {
        children = List.copyOf(children);
    }

    /** Length of the longest {@link #by}. */
    int longestBy() {
        return Math.max(
                by.length(),
                children.stream().mapToInt(SumTree::longestBy).max().orElse(0));
    }

    /** Number of leaves. */
    int leaves() {
        return children.isEmpty()
                ? 1
                : children.stream().mapToInt(SumTree::leaves).sum();
    }

    /** Number of additions on the longest way from a leaf. */
    int height() {
        return children.stream().mapToInt(child -> child.height() + 1).max().orElse(0);
    }

    /** As lines of text: a node, and below it, further in, its children. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        addLines("", "", lines);
        return lines;
    }

    private void addLines(String branch, String below, List<String> lines) {
        String text = branch + name;
        lines.add(text + " ".repeat(Math.max(0, NAMES - text.length())) + "  " + by);
        for (int c = 0; c < children.size(); c++) {
            boolean last = c == children.size() - 1;
            children.get(c).addLines(below + (last ? "`-- " : "|-- "), below + (last ? "    " : "|   "), lines);
        }
    }
}
