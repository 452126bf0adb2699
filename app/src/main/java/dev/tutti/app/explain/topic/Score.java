package dev.tutti.app.explain.topic;

import static dev.tutti.app.explain.page.Formula.number;
import static dev.tutti.app.explain.page.Formula.word;

import dev.tutti.app.explain.page.Block;
import dev.tutti.app.explain.page.Formula;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code s = u'f(W x + b)}: the chain rule with vectors, where each derivative has the shape of what it is by. */
final class Score {
    private static final double[] X = {1, 2, -1};
    private static final double[][] W = {{.1, .2, .3}, {-.2, .1, .4}};
    private static final double[] B = {.05, -.05};
    private static final double[] U = {.5, -1};

    private Score() {}

    static Map<String, Object> values() {
        int outputs = U.length;
        double[] z = new double[outputs];
        double[] h = new double[outputs];
        double[][] slopes = new double[outputs][outputs];
        double[] delta = new double[outputs];
        double[][] dw = new double[outputs][X.length];
        double[] dx = new double[X.length];
        double s = 0;
        for (int j = 0; j < outputs; j++) {
            z[j] = B[j];
            for (int i = 0; i < X.length; i++) {
                z[j] += W[j][i] * X[i];
            }
            h[j] = 1 / (1 + StrictMath.exp(-z[j]));
            s += U[j] * h[j];
            slopes[j][j] = h[j] * (1 - h[j]);
            delta[j] = U[j] * slopes[j][j];
            for (int i = 0; i < X.length; i++) {
                dw[j][i] = delta[j] * X[i];
                dx[i] += delta[j] * W[j][i];
            }
        }
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("x", X);
        values.put("W", W);
        values.put("b", B);
        values.put("u", U);
        values.put("z", z);
        values.put("h", h);
        values.put("s", s);
        values.put("ds_du", h);
        values.put("ds_dh", U);
        values.put("dh_dz", slopes);
        values.put("delta", delta);
        values.put("ds_db", delta);
        values.put("ds_dW", dw);
        values.put("ds_dx", dx);
        return values;
    }

    static void write(List<Block> blocks, int part) {
        blocks.add(new Block.Heading(part + " vectors: s = u'f(W x + b), f = sigmoid"));
        Map<String, String> notes = Map.of(
                "s", "u'h",
                "ds_du", "h",
                "ds_dh", "u",
                "dh_dz", "diag(f'(z))",
                "delta", "u o f'(z)",
                "ds_db", "delta",
                "ds_dW", "delta x': the shape of W",
                "ds_dx", "W'delta");
        List<Block.TableRow> rows = new ArrayList<>();
        values().forEach((name, value) -> {
            String note = notes.getOrDefault(name, "");
            if (value instanceof double[][] matrix) {
                for (int r = 0; r < matrix.length; r++) {
                    rows.add(line(r == 0 ? name : "", matrix[r], r == 0 ? note : ""));
                }
            } else {
                rows.add(line(name, value instanceof double[] vector ? vector : new double[] {(Double) value}, note));
            }
        });
        blocks.add(new Block.Table(List.of(word(""), Formula.EMPTY, Formula.EMPTY, Formula.EMPTY, word("")), rows));
        blocks.add(new Block.Remark(
                Block.Kind.SLIP,
                "the lecture, as it reached us, has \"u' o diag(f'(z))\" for ds/db; right: u' o f'(z)', or u' diag(f'(z))"
                        + " (by elements with a vector, or a product with a diagonal matrix)"));
    }

    private static Block.TableRow line(String name, double[] values, String note) {
        List<Formula> cells = new ArrayList<>();
        cells.add(word(name.replace("ds_", "ds/").replace("dh_", "dh/")));
        for (int i = 0; i < X.length; i++) {
            cells.add(i < values.length ? number(values[i]) : Formula.EMPTY);
        }
        cells.add(word(note));
        return new Block.TableRow(cells, false);
    }
}
