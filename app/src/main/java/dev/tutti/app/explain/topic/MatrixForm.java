package dev.tutti.app.explain.topic;

import static dev.tutti.app.explain.page.Formula.number;
import static dev.tutti.app.explain.page.Formula.row;
import static dev.tutti.app.explain.page.Formula.word;

import dev.tutti.app.explain.exercise.Exercises;
import dev.tutti.app.explain.page.Block;
import dev.tutti.app.explain.page.Explanation;
import dev.tutti.app.explain.page.Formula;
import dev.tutti.app.explain.page.Formula.Symbol;
import dev.tutti.app.explain.page.Page;
import dev.tutti.app.explain.step.Methods;
import dev.tutti.app.explain.step.Problem;
import dev.tutti.app.explain.step.SampleStep;
import dev.tutti.app.explain.step.Step;
import dev.tutti.app.explain.step.StepJson;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** A step in matrix form, samples as columns, the shapes beside each formula. */
final class MatrixForm {
    private final Step step;
    private final NetworkSpec network;
    private final boolean general;
    private final boolean sources;
    private final int samples;
    private final List<Block> blocks = new ArrayList<>();
    private final List<String> shapes = new ArrayList<>();
    private final List<Map<String, Object>> layers = new ArrayList<>();
    private double worst;

    private MatrixForm(Problem problem, boolean general, boolean sources) {
        step = Step.of(problem);
        network = problem.network();
        samples = problem.samples().size();
        this.general = general;
        this.sources = sources;
        write();
    }

    static Topic twoLayer() {
        return topic("two-layer", "two layers in matrix form, on xor: shapes beside each formula", "xor", false);
    }

    static Topic manyLayers() {
        return topic(
                "l-layer", "L layers in matrix form, on td6-network: shapes beside each formula", "td6-network", true);
    }

    private static Topic topic(String name, String title, String exercise, boolean general) {
        return new Topic(name, title, true, sources -> {
            MatrixForm form = new MatrixForm(Exercises.named(exercise).problem(), general, sources);
            return new Explanation(new Page(name, title, form.blocks), form.values(name));
        });
    }

    private Map<String, Object> values(String name) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", name);
        json.put("sizes", network.sizes());
        json.put("samples", samples);
        json.put("X", columns(one -> one.sample().x()));
        json.put("Y", columns(one -> one.sample().y()));
        json.put("layers", layers);
        json.put("meanLoss", step.batch().meanLoss());
        json.put("meanLossAfterUpdate", step.batch().meanLossAfter());
        json.put("shapes", shapes);
        json.put("worst", worst);
        return json;
    }

    private void write() {
        blocks.add(Block.sentence(word("m = " + samples + " samples, one in each column; n_0 = " + network.inputs()
                + " inputs, layers of "
                + String.join(
                        ", ",
                        network.sizes().stream().skip(1).map(String::valueOf).toList())
                + " units. Tutti lays samples out as rows: transposed, the same.")));
        heading("1 forward");
        float[][] x = columns(one -> one.sample().x());
        showGiven(row(s("A", 0), "=", Formula.symbol("X")), x);
        for (int l = 1; l <= network.layers(); l++) {
            showGiven(
                    s("W", l),
                    StepJson.weights(network, step.problem().parameters()).get(l - 1));
            showGiven(
                    s("b", l),
                    asColumn(StepJson.biases(network, step.problem().parameters())
                            .get(l - 1)));
        }
        for (int l = 1; l <= network.layers(); l++) {
            Matrix w = new Matrix(
                    StepJson.weights(network, step.problem().parameters()).get(l - 1));
            Matrix b = new Matrix(asColumn(
                    StepJson.biases(network, step.problem().parameters()).get(l - 1)));
            Matrix below = new Matrix(a(l - 1));
            Matrix z = new Matrix(z(l));
            String shape = w.times(below, b.shape(), z);
            formula(Methods.FORWARD, row(s("Z", l), "=", s("W", l), word(" "), s("A", l - 1), "+", s("b", l)), shape);
            show(s("Z", l), z.values());
            compare(w.product(below), z.values(), b.values());
            formula(
                    Methods.ACTIVATE,
                    row(
                            s("A", l),
                            "=",
                            new Formula.Call(network.activation(l - 1).id(), s("Z", l))),
                    z.shape() + ", element by element");
            show(s("A", l), a(l));
            layers.add(layer(l));
        }
        if (!general) {
            slip("Z^[2] = W^[2] Z^[1] + b^[2]", "W^[2] A^[1] + b^[2]", "the second layer is fed with outputs");
            slip("(n_1, n_2) as the shape of W^[2]", "(n_2, n_1)", "a row for each unit that the layer has");
            slip("np.zeros(4,1)", "np.zeros((4,1))", "the shape is one argument");
        }
        heading("2 loss");
        showGiven(Formula.symbol("Y"), columns(one -> one.sample().y()));
        formula(
                Methods.LOSS,
                row(
                        Formula.symbol("J"),
                        "=",
                        new Formula.Fraction(word("1"), word("m")),
                        word(" "),
                        new Formula.Total("i", Formula.symbol("L")),
                        "=",
                        number(step.batch().meanLoss())),
                "a number");
        if (!general) {
            slip("L = -y log a + (1-y) log(1-a)", "-y log a - (1-y) log(1-a)", "the minus is for both terms");
        }
        heading("3 backward");
        for (int l = network.layers(); l >= 1; l--) {
            backward(l);
        }
        if (general) {
            slip("dA^[l] = 1/m dZ A^T", "dW^[l]", "this is the gradient of the weights");
        } else {
            slip(
                    "dZ^[2] = 1/m sum(A^[2] - Y)",
                    "dZ^[2] = A^[2] - Y",
                    "summed so early, dZ A^T would have the wrong shape; 1/m comes once, in dW and db");
            slip("db^[1] = 1/n sum", "1/m sum", "m samples; n is the number of features");
        }
        heading("4 update");
        formula(
                Methods.UPDATE,
                row(s("W", "l"), "->", s("W", "l"), "-", Formula.symbol("alpha"), "*", s("dW", "l")),
                "a gradient has the shape of its parameter");
        for (int l = 1; l <= network.layers(); l++) {
            show(
                    row(word("new "), s("W", l)),
                    StepJson.weights(network, step.batch().updated()).get(l - 1));
            show(
                    row(word("new "), s("b", l)),
                    asColumn(StepJson.biases(network, step.batch().updated()).get(l - 1)));
        }
        formula(
                "",
                row(
                        Formula.symbol("J"),
                        "=",
                        number(step.batch().meanLoss()),
                        "->",
                        number(step.batch().meanLossAfter())),
                "");
        blocks.add(Block.note(String.format(
                Locale.ROOT,
                "Values are the kernel's, sample by sample; the products of these matrices, formed once more in double,"
                        + " differ from them by at most %.1e.",
                worst)));
    }

    private void backward(int l) {
        Matrix dz = new Matrix(d(l));
        if (l == network.layers()) {
            float[][] y = columns(one -> one.sample().y());
            boolean cancels = network.loss() != Loss.SQUARED_ERROR;
            formula(
                    Methods.OUTPUT_ERRORS,
                    cancels
                            ? row(s("dZ", l), "=", s("A", l), "-", Formula.symbol("Y"))
                            : row(
                                    s("dZ", l),
                                    "=",
                                    new Formula.Bracket(row(s("A", l), "-", Formula.symbol("Y"))),
                                    "o",
                                    new Formula.Call("f'", s("Z", l))),
                    new Matrix(a(l)).shape() + " and " + new Matrix(y).shape() + " -> " + dz.shape());
        } else {
            Matrix w = new Matrix(StepJson.weights(network, step.problem().parameters())
                            .get(l))
                    .transposed();
            Matrix above = new Matrix(d(l + 1));
            formula(
                    Methods.BACKWARD,
                    row(
                            s("dZ", l),
                            "=",
                            new Formula.Bracket(
                                    row(new Symbol("W", "", "[" + (l + 1) + "]T"), word(" "), s("dZ", l + 1))),
                            "o",
                            new Formula.Call("f'", s("Z", l))),
                    w.times(above, null, dz));
            compareScaled(w.product(above), slopes(l), dz.values());
        }
        show(s("dZ", l), dz.values());
        Matrix below = new Matrix(a(l - 1)).transposed();
        Matrix dw = new Matrix(StepJson.weights(network, step.batch().mean()).get(l - 1));
        formula(
                Methods.GRADIENT,
                row(
                        s("dW", l),
                        "=",
                        new Formula.Fraction(word("1"), word("m")),
                        word(" "),
                        s("dZ", l),
                        word(" "),
                        new Symbol("A", "", "[" + (l - 1) + "]T")),
                dz.times(below, null, dw) + ", as W[" + l + "]");
        double[][] product = dz.product(below);
        for (int j = 0; j < product.length; j++) {
            for (int i = 0; i < product[j].length; i++) {
                worst = Math.max(worst, Math.abs(product[j][i] / samples - dw.values()[j][i]));
            }
        }
        show(s("dW", l), dw.values());
        Matrix db = new Matrix(
                asColumn(StepJson.biases(network, step.batch().mean()).get(l - 1)));
        formula(
                Methods.GRADIENT,
                row(
                        s("db", l),
                        "=",
                        new Formula.Fraction(word("1"), word("m")),
                        word(" sum of the columns of "),
                        s("dZ", l)),
                dz.shape() + " -> " + db.shape() + ", as b[" + l + "]");
        show(s("db", l), db.values());
    }

    private void heading(String text) {
        blocks.add(new Block.Heading(text));
    }

    private void formula(String source, Formula formula, String shape) {
        shapes.add(shape);
        blocks.add(new Block.Formulas(List.of(Block.line(sources ? source : "", formula, word(shape)))));
    }

    private void show(Formula name, float[][] values) {
        blocks.add(new Block.Grid(name, Formula.matrix(values)));
    }

    private void showGiven(Formula name, float[][] values) {
        blocks.add(new Block.Grid(name, Formula.matrix(values, Formula::given)));
    }

    private void slip(String printed, String right, String why) {
        blocks.add(new Block.Remark(
                Block.Kind.SLIP,
                "the lecture, as it reached us, has \"" + printed + "\"; right: " + right + " (" + why + ")"));
    }

    private void compare(double[][] product, float[][] values, float[][] bias) {
        for (int j = 0; j < product.length; j++) {
            for (int i = 0; i < product[j].length; i++) {
                worst = Math.max(worst, Math.abs(product[j][i] + bias[j][0] - values[j][i]));
            }
        }
    }

    private void compareScaled(double[][] product, float[][] factors, float[][] values) {
        for (int j = 0; j < product.length; j++) {
            for (int i = 0; i < product[j].length; i++) {
                worst = Math.max(worst, Math.abs(product[j][i] * factors[j][i] - values[j][i]));
            }
        }
    }

    private Map<String, Object> layer(int l) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("W", StepJson.weights(network, step.problem().parameters()).get(l - 1));
        json.put("b", StepJson.biases(network, step.problem().parameters()).get(l - 1));
        json.put("Z", z(l));
        json.put("A", a(l));
        json.put("dZ", d(l));
        json.put("dW", StepJson.weights(network, step.batch().mean()).get(l - 1));
        json.put("db", StepJson.biases(network, step.batch().mean()).get(l - 1));
        json.put("updatedW", StepJson.weights(network, step.batch().updated()).get(l - 1));
        json.put("updatedB", StepJson.biases(network, step.batch().updated()).get(l - 1));
        return json;
    }

    private float[][] z(int l) {
        return columns(one -> one.trace().z()[l - 1]);
    }

    private float[][] a(int l) {
        return columns(one -> l == 0 ? one.sample().x() : one.trace().a()[l - 1]);
    }

    private float[][] d(int l) {
        return columns(one -> one.trace().d()[l - 1]);
    }

    private float[][] slopes(int l) {
        return columns(one -> one.trace().slopes()[l - 1]);
    }

    /** A column for each sample. */
    private float[][] columns(Function<SampleStep, float[]> of) {
        int rows = of.apply(step.samples().get(0)).length;
        float[][] values = new float[rows][samples];
        for (int s = 0; s < samples; s++) {
            float[] column = of.apply(step.samples().get(s));
            for (int r = 0; r < rows; r++) {
                values[r][s] = column[r];
            }
        }
        return values;
    }

    private static float[][] asColumn(float[] values) {
        float[][] column = new float[values.length][1];
        for (int i = 0; i < values.length; i++) {
            column[i][0] = values[i];
        }
        return column;
    }

    private static Symbol s(String letter, int layer) {
        return s(letter, Integer.toString(layer));
    }

    private static Symbol s(String letter, String layer) {
        return new Symbol(letter, "", "[" + layer + "]");
    }

    /** Rows and columns, which refuse to be multiplied when they do not fit. */
    record Matrix(float[][] values) {
        String shape() {
            return "(" + values.length + " x " + values[0].length + ")";
        }

        Matrix transposed() {
            float[][] turned = new float[values[0].length][values.length];
            for (int r = 0; r < values.length; r++) {
                for (int c = 0; c < values[0].length; c++) {
                    turned[c][r] = values[r][c];
                }
            }
            return new Matrix(turned);
        }

        double[][] product(Matrix right) {
            requireInner(right);
            double[][] product = new double[values.length][right.values[0].length];
            for (int r = 0; r < product.length; r++) {
                for (int c = 0; c < product[0].length; c++) {
                    for (int k = 0; k < right.values.length; k++) {
                        product[r][c] += (double) values[r][k] * right.values[k][c];
                    }
                }
            }
            return product;
        }

        /** The shapes of a product and of what is added to each of its columns, checked against those of the result. */
        String times(Matrix right, String added, Matrix result) {
            requireInner(right);
            if (result.values.length != values.length || result.values[0].length != right.values[0].length) {
                throw new IllegalArgumentException(
                        "shapes do not fit: " + shape() + right.shape() + " is not " + result.shape());
            }
            return shape() + right.shape() + (added == null ? "" : " + " + added) + " = " + result.shape();
        }

        private void requireInner(Matrix right) {
            if (values[0].length != right.values.length) {
                throw new IllegalArgumentException("shapes do not fit: " + shape() + right.shape());
            }
        }
    }
}
