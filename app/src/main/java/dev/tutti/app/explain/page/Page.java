package dev.tutti.app.explain.page;

import java.util.ArrayList;
import java.util.List;

/**
 * What is shown, free of any form.
 *
 * @param name as on the command line
 * @param title one line
 * @param blocks from top to bottom
 */
public record Page(String name, String title, List<Block> blocks) {
    /** Blocks cannot be changed. */
    public Page {
        blocks = List.copyOf(blocks);
    }

    /** Returns this page with more blocks at its end. */
    public Page with(List<Block> more) {
        List<Block> all = new ArrayList<>(blocks);
        all.addAll(more);
        return new Page(name, title, all);
    }
}
