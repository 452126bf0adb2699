package dev.tutti.app.explain.topic;

import static dev.tutti.app.explain.page.Formula.word;

import dev.tutti.app.explain.page.Block;
import dev.tutti.app.explain.page.Explanation;
import dev.tutti.app.explain.page.Formula;
import dev.tutti.app.explain.page.Page;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Exclusive or by three threshold units: computed, and not to be trained. */
final class XorThreshold {
    private static final String NAME = "xorThreshold";
    private static final String TITLE = "exclusive or by threshold units, which cannot be trained";

    private XorThreshold() {}

    /** One row of the truth table. */
    private record Row(int x1, int x2, double a1, double a2, int h1, int h2, double a, int y) {}

    static Topic topic() {
        return new Topic(NAME, TITLE, false, sources -> new Explanation(page(), values()));
    }

    /** 1 above 0, else 0. */
    private static int threshold(double a) {
        return a > 0 ? 1 : 0;
    }

    private static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (int[] x : new int[][] {{0, 0}, {1, 0}, {0, 1}, {1, 1}}) {
            double a1 = x[0] + x[1] - .5;
            double a2 = x[0] + x[1] - 1.5;
            int h1 = threshold(a1);
            int h2 = threshold(a2);
            double a = h1 - h2 - .5;
            rows.add(new Row(x[0], x[1], a1, a2, h1, h2, a, threshold(a)));
        }
        return rows;
    }

    private static Page page() {
        List<Block> blocks = new ArrayList<>();
        blocks.add(Block.verbatim(
                "Th(a) = 1 if a > 0, else 0",
                "h1 = Th(x1 + x2 - 0.5)    at least one",
                "h2 = Th(x1 + x2 - 1.5)    both",
                "y  = Th(h1 - h2 - 0.5)    one, but not both"));
        List<Block.TableRow> table = new ArrayList<>();
        for (Row row : rows()) {
            table.add(Block.row(
                    word(row.x1 + " " + row.x2),
                    digits(row.a1),
                    digits(row.a2),
                    digits(row.h1),
                    digits(row.h2),
                    digits(row.a),
                    digits(row.y),
                    digits(row.x1 ^ row.x2)));
        }
        blocks.add(new Block.Table(
                List.of(
                        word("x1 x2"),
                        word("a1"),
                        word("a2"),
                        word("h1"),
                        word("h2"),
                        word("a"),
                        word("y"),
                        word("xor")),
                table));
        blocks.add(
                new Block.Remark(
                        Block.Kind.SLIP,
                        "the lecture prints 0 1 1 0 for the weighted sum itself; that is -0.5 0.5 0.5 -0.5, and Th(.) is missing around it"));
        blocks.add(
                Block.note(
                        "No gradient: the slope of Th is 0 wherever it has one, so every local error behind it is 0 and"
                                + " no weight would ever move. These weights were found by thinking. tutti explain xor is the trainable one."));
        return new Page(NAME, TITLE, blocks);
    }

    private static Formula digits(double value) {
        return new Formula.Number(BigDecimal.valueOf(value).stripTrailingZeros().toPlainString());
    }

    private static Map<String, Object> values() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", NAME);
        json.put(
                "rows",
                rows().stream()
                        .map(row -> {
                            Map<String, Object> one = new LinkedHashMap<>();
                            one.put("x", List.of(row.x1, row.x2));
                            one.put("a1", row.a1);
                            one.put("a2", row.a2);
                            one.put("h1", row.h1);
                            one.put("h2", row.h2);
                            one.put("a", row.a);
                            one.put("y", row.y);
                            one.put("xor", row.x1 ^ row.x2);
                            return one;
                        })
                        .toList());
        return json;
    }
}
