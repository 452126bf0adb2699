package dev.tutti.app.explain.topic;

import static dev.tutti.app.explain.page.Formula.number;
import static dev.tutti.app.explain.page.Formula.row;
import static dev.tutti.app.explain.page.Formula.word;

import dev.tutti.app.explain.exercise.Exercises;
import dev.tutti.app.explain.page.Block;
import dev.tutti.app.explain.page.Explanation;
import dev.tutti.app.explain.page.Formula;
import dev.tutti.app.explain.page.Page;
import dev.tutti.app.explain.step.Problem;
import dev.tutti.app.explain.step.Sample;
import dev.tutti.app.explain.step.SampleStep;
import dev.tutti.app.explain.step.Step;
import dev.tutti.kernel.SampleTrace;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One unit fitted by least squares: residuals, the Jacobian, and J'r as the sum of its rows. */
final class LeastSquares {
    private static final String NAME = "leastSquares";
    private static final String NETWORK = "td6-network";
    private static final String TITLE = "least squares with one unit: residuals, Jacobian, J'r as a sum of rows";
    private static final float[][] X = {{.3f, .5f}, {.9f, .1f}, {.2f, .8f}, {.7f, .6f}};
    private static final float[] Y = {1, 0, 1, 0};
    private static final float[] BETA = {.1f, .1f, .1f};

    private LeastSquares() {}

    /** What one activation makes of it. The gradient of a point's half squared residual, from the kernel, is a row of {@code rows}. */
    private record Fit(
            float[] z, float[] g, float[] r, float[][] jacobian, double f, float[] sum, float[][] rows, float[] mean) {}

    static Topic topic() {
        return new Topic(NAME, TITLE, false, sources -> new Explanation(page(), values()));
    }

    private static Fit fit(Activation activation) {
        List<Sample> samples = new ArrayList<>();
        for (int k = 0; k < X.length; k++) {
            samples.add(new Sample(k, X[k], new float[] {Y[k]}, "ours"));
        }
        Step step = Step.of(new Problem(
                NAME,
                TITLE,
                new NetworkSpec(List.of(2, 1), List.of(activation), Loss.SQUARED_ERROR),
                BETA,
                .5f,
                samples,
                List.of(),
                List.of()));
        int count = X.length;
        Fit fit = new Fit(
                new float[count],
                new float[count],
                new float[count],
                new float[count][BETA.length],
                step.batch().meanLoss() * count,
                step.batch().root(),
                new float[count][],
                step.batch().mean());
        for (int k = 0; k < count; k++) {
            SampleStep one = step.samples().get(k);
            fit.z[k] = one.trace().z()[0][0];
            fit.g[k] = one.trace().a()[0][0];
            fit.r[k] = Y[k] - fit.g[k];
            float slope = one.trace().slopes()[0][0];
            fit.jacobian[k] = new float[] {-slope * X[k][0], -slope * X[k][1], -slope};
            fit.rows[k] = one.gradient();
        }
        return fit;
    }

    private static Page page() {
        List<Block> blocks = new ArrayList<>();
        blocks.add(Block.sentence(word("g = s(w1 x1 + w2 x2 + b) for four points; beta = (w1, w2, b) = (0.1, 0.1, 0.1);"
                + " r = y - g, f = 1/2 |r|^2. J has a row for each point: the derivatives of its residual by beta. The numbers"
                + " are ours.")));
        write(blocks, 1, Activation.SIGMOID);
        write(blocks, 2, Activation.IDENTITY);
        double[] best = solution();
        blocks.add(new Block.Formulas(List.of(Block.line(
                "",
                row(
                        word("minimum at beta"),
                        "=",
                        new Formula.Bracket(
                                Formula.joined(",", List.of(number(best[0]), number(best[1]), number(best[2]))))),
                row(word("f"), "=", number(halfSquares(best)))))));
        blocks.add(
                Block.note("With the identity f is a parabola, and J'J beta = J'y gives its minimum at once; with the"
                        + " sigmoid only steps lead there."));
        writeNetwork(blocks);
        blocks.add(
                Block.note(
                        "J'r is a sum over the points, with no 1/K: a quarter of it is Tutti's mean gradient. Tutti"
                                + " computes the rows r_k J_k and never J: the Jacobian is for explaining only, and nothing is trained with it."));
        blocks.add(
                new Block.Remark(
                        Block.Kind.SLIP,
                        "the lecture, as it reached us, has \"r = y - sum w_i x_i + b\"; right: y - (sum w_i x_i + b) (brackets)"));
        return new Page(NAME, TITLE, blocks);
    }

    private static void write(List<Block> blocks, int part, Activation activation) {
        Fit fit = fit(activation);
        blocks.add(new Block.Heading(part + " s = " + activation.id()));
        List<Block.TableRow> points = new ArrayList<>();
        List<Block.TableRow> rows = new ArrayList<>();
        for (int k = 0; k < X.length; k++) {
            points.add(Block.row(
                    word("point " + k),
                    number(fit.z[k]),
                    number(fit.g[k]),
                    number(fit.r[k]),
                    number(fit.jacobian[k][0]),
                    number(fit.jacobian[k][1]),
                    number(fit.jacobian[k][2])));
            rows.add(Block.row(
                    word("r" + k + " J" + k), number(fit.rows[k][0]), number(fit.rows[k][1]), number(fit.rows[k][2])));
        }
        blocks.add(new Block.Table(
                List.of(word(""), word("z"), word("g"), word("r"), word("dr/dw1"), word("dr/dw2"), word("dr/db")),
                points));
        rows.add(Block.row(word("J'r"), number(fit.sum[0]), number(fit.sum[1]), number(fit.sum[2])));
        rows.add(Block.row(word("mean"), number(fit.mean[0]), number(fit.mean[1]), number(fit.mean[2])));
        blocks.add(new Block.Table(List.of(word(""), word("w1"), word("w2"), word("b")), rows));
        blocks.add(new Block.Formulas(List.of(Block.line("", row(word("f"), "=", number(fit.f))))));
    }

    /**
     * The derivatives of a network's output by the weights and the bias of its last layer.
     *
     * @param y output
     * @param slope of the output unit
     * @param inputs outputs of the layer before, and 1 for the bias
     * @param derivatives slope times inputs
     */
    private record LastLayer(float y, float slope, float[] inputs, float[] derivatives) {
        static LastLayer of(Problem problem) {
            SampleTrace trace = Step.of(problem).samples().get(0).trace();
            int last = problem.network().layers() - 1;
            float slope = trace.slopes()[last][0];
            float[] before = trace.a()[last - 1];
            float[] inputs = Arrays.copyOf(before, before.length + 1);
            inputs[before.length] = 1;
            float[] derivatives = new float[inputs.length];
            for (int i = 0; i < inputs.length; i++) {
                derivatives[i] = slope * inputs[i];
            }
            return new LastLayer(trace.a()[last][0], slope, inputs, derivatives);
        }
    }

    private static void writeNetwork(List<Block> blocks) {
        LastLayer last = LastLayer.of(Exercises.named(NETWORK).problem());
        blocks.add(new Block.Heading("3 a network: the output of " + NETWORK + " by its last layer"));
        blocks.add(new Block.Formulas(List.of(Block.line(
                "", row(Formula.symbol("y"), "=", number(last.y)), row(word("slope"), "=", number(last.slope))))));
        List<Formula> inputs = new ArrayList<>(List.of(word("a^3, and 1")));
        List<Formula> derivatives = new ArrayList<>(List.of(word("dy/dbeta^4 = slope * that")));
        for (int i = 0; i < last.inputs.length; i++) {
            inputs.add(number(last.inputs[i]));
            derivatives.add(number(last.derivatives[i]));
        }
        blocks.add(new Block.Table(
                List.of(word(""), word("w1"), word("w2"), word("w3"), word("b")),
                List.of(new Block.TableRow(inputs, false), new Block.TableRow(derivatives, false))));
        blocks.add(Block.note("The row of this sample in J is the negative of that, continued by the layers before."));
    }

    /** Solves the normal equations of the linear unit by Cramer's rule. */
    private static double[] solution() {
        double[][] a = new double[3][3];
        double[] b = new double[3];
        for (int k = 0; k < X.length; k++) {
            double[] one = point(k);
            for (int i = 0; i < 3; i++) {
                b[i] += one[i] * Y[k];
                for (int j = 0; j < 3; j++) {
                    a[i][j] += one[i] * one[j];
                }
            }
        }
        double[] beta = new double[3];
        for (int column = 0; column < 3; column++) {
            double[][] replaced = {a[0].clone(), a[1].clone(), a[2].clone()};
            for (int i = 0; i < 3; i++) {
                replaced[i][column] = b[i];
            }
            beta[column] = determinant(replaced) / determinant(a);
        }
        return beta;
    }

    private static double[] point(int k) {
        return new double[] {Double.parseDouble(Float.toString(X[k][0])), Double.parseDouble(Float.toString(X[k][1])), 1
        };
    }

    private static double determinant(double[][] m) {
        return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
                - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
                + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
    }

    private static double halfSquares(double[] beta) {
        double sum = 0;
        for (int k = 0; k < X.length; k++) {
            double[] one = point(k);
            double r = Y[k] - one[0] * beta[0] - one[1] * beta[1] - beta[2];
            sum += r * r;
        }
        return sum / 2;
    }

    private static Map<String, Object> values() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", NAME);
        json.put("x", X);
        json.put("y", Y);
        json.put("beta", BETA);
        for (Activation activation : List.of(Activation.IDENTITY, Activation.SIGMOID)) {
            Fit fit = fit(activation);
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("z", fit.z);
            one.put("g", fit.g);
            one.put("r", fit.r);
            one.put("J", fit.jacobian);
            one.put("f", fit.f);
            one.put("JTr", fit.sum);
            one.put("rows", fit.rows);
            one.put("mean", fit.mean);
            if (activation == Activation.IDENTITY) {
                one.put("solution", solution());
                one.put("fAtSolution", halfSquares(solution()));
            }
            json.put(activation.id(), one);
        }
        LastLayer last = LastLayer.of(Exercises.named(NETWORK).problem());
        Map<String, Object> network = new LinkedHashMap<>();
        network.put("y", last.y);
        network.put("slope", last.slope);
        network.put("inputs", last.inputs);
        network.put("derivatives", last.derivatives);
        json.put(NETWORK, network);
        return json;
    }
}
