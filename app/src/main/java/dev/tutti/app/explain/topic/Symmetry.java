package dev.tutti.app.explain.topic;

import static dev.tutti.app.explain.page.Formula.number;
import static dev.tutti.app.explain.page.Formula.word;

import dev.tutti.app.explain.exercise.Exercises;
import dev.tutti.app.explain.page.Block;
import dev.tutti.app.explain.page.Explanation;
import dev.tutti.app.explain.page.Page;
import dev.tutti.app.explain.step.Notation;
import dev.tutti.app.explain.step.Problem;
import dev.tutti.app.explain.step.Sample;
import dev.tutti.app.explain.step.Update;
import dev.tutti.data.MiniBatch;
import dev.tutti.kernel.GradientKernel;
import dev.tutti.kernel.Kernels;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.reduce.PartialGradient;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Training from zero weights, from equal ones and from small ones, measured. */
final class Symmetry {
    private static final String NAME = "symmetry";
    private static final String TITLE = "zero weights do not learn, and equal weights stay equal";
    private static final int STEPS = 2000;
    private static final int EARLY = 100;
    private static final float LEARNING_RATE = .5f;
    private static final int PARAMETERS = 9;

    private Symmetry() {}

    /** What became of a start. */
    private record Run(
            String start,
            double loss0,
            float[] meanGradient0,
            double lossEarly,
            double lossEnd,
            double differenceOfHiddenUnits,
            float[] outputs) {}

    static Topic topic() {
        return new Topic(NAME, TITLE, false, sources -> {
            List<Run> runs = runs();
            return new Explanation(page(runs), values(runs));
        });
    }

    private static List<Run> runs() {
        float[] zero = new float[PARAMETERS];
        float[] half = new float[PARAMETERS];
        Arrays.fill(half, .5f);
        float[] ours = Exercises.named("xor").problem().parameters();
        float[] small = new float[PARAMETERS];
        for (int p = 0; p < PARAMETERS; p++) {
            small[p] = ours[p] * .01f;
        }
        return List.of(
                run("zero, tanh", zero, Activation.TANH, 4),
                run("zero, sigmoid", zero, Activation.SIGMOID, 4),
                run("zero, sigmoid, first three rows", zero, Activation.SIGMOID, 3),
                run("constant 0.5, tanh", half, Activation.TANH, 4),
                run("times 0.01, tanh", small, Activation.TANH, 4),
                run("exercise xor", ours, Activation.TANH, 4));
    }

    private static Run run(String start, float[] parameters, Activation hidden, int rows) {
        List<Sample> samples = Exercises.named("xor").problem().samples().subList(0, rows);
        NetworkSpec network =
                new NetworkSpec(List.of(2, 2, 1), List.of(hidden, Activation.SIGMOID), Loss.BINARY_CROSS_ENTROPY);
        Problem problem = new Problem(NAME, TITLE, network, parameters, LEARNING_RATE, samples, List.of(), List.of());
        GradientKernel kernel = Kernels.scalar(network);
        MiniBatch batch = problem.miniBatch();
        PartialGradient[] root = {new PartialGradient(PARAMETERS)};
        float[] now = parameters;
        double loss0 = 0;
        double early = 0;
        float[] gradient0 = new float[PARAMETERS];
        for (int step = 0; step < STEPS; step++) {
            root[0].reset(0, 1);
            kernel.gradients(now, batch, rows, root, 1);
            double loss = root[0].lossSum() / rows;
            if (step == 0) {
                loss0 = loss;
                for (int p = 0; p < PARAMETERS; p++) {
                    gradient0[p] = root[0].gradient()[p] / rows;
                }
            }
            early = step == EARLY ? loss : early;
            now = Update.of(now, root[0].gradient(), rows, LEARNING_RATE);
        }
        root[0].reset(0, 1);
        kernel.gradients(now, batch, rows, root, 1);
        float[] outputs = new float[rows];
        kernel.outputs(now, batch, outputs);
        return new Run(start, loss0, gradient0, early, root[0].lossSum() / rows, apart(now), outputs);
    }

    /** Largest difference of a parameter of hidden unit 1 from the same of hidden unit 2. */
    private static double apart(float[] w) {
        double most = 0;
        for (int[] pair : new int[][] {{0, 2}, {1, 3}, {4, 5}, {6, 7}}) {
            most = Math.max(most, Math.abs((double) w[pair[0]] - w[pair[1]]));
        }
        return most;
    }

    private static Page page(List<Run> runs) {
        List<Block> blocks = new ArrayList<>();
        blocks.add(Block.sentence(
                word("xor, 2-2-1, sigmoid output, cross-entropy, all rows in each step, lr 0.5; trained here"
                        + " and now with Tutti's scalar kernel, in float32.")));
        List<Block.TableRow> rows = new ArrayList<>();
        List<Block.TableRow> gradients = new ArrayList<>();
        for (Run run : runs) {
            rows.add(Block.row(
                    word(run.start()),
                    number(run.loss0()),
                    number(run.lossEarly()),
                    number(run.lossEnd()),
                    number(run.differenceOfHiddenUnits())));
            float[] g = run.meanGradient0();
            gradients.add(
                    Block.row(word(run.start()), number(g[0]), number(g[2]), number(g[6]), number(g[7]), number(g[8])));
        }
        blocks.add(new Block.Heading("1 the loss, and how far apart the hidden units are"));
        blocks.add(new Block.Table(
                List.of(word("start"), word("loss"), word("after 100"), word("after 2000"), word("units apart")),
                rows));
        blocks.add(new Block.Heading("2 the first mean gradient"));
        blocks.add(new Block.Table(
                List.of(
                        word("start"),
                        Notation.ROUND.weightOf(0, 0, 0),
                        Notation.ROUND.weightOf(0, 1, 0),
                        Notation.ROUND.weightOf(1, 0, 0),
                        Notation.ROUND.weightOf(1, 0, 1),
                        Notation.ROUND.biasOf(1, 0)),
                gradients));
        blocks.add(
                Block.note("From zero nothing moves: the errors of the hidden units are weights times an error, and the"
                        + " weights are 0; on the four rows of xor the output's own gradient is 0 as well. With three rows the output"
                        + " moves, and the hidden units with it, but all alike: they stay equal for ever."));
        blocks.add(Block.note(
                "Equal weights stay equal: equal units get equal gradients. Two equal units are one unit, and"
                        + " one cannot solve xor."));
        blocks.add(Block.note("Random but very small is hardly better here: after 2000 steps the loss has not moved."));
        blocks.add(new Block.Remark(
                Block.Kind.FLOAT32,
                "from the small weights the terms of the first gradient cancel to a millionth of their size; of what is left"
                        + " much is rounding."));
        blocks.add(new Block.Remark(
                Block.Kind.SLIP,
                "the lecture, as it reached us, has \"a_1^[1] = a_1^[2]\" and \"dz_1^[1] = dz_1^[2]\"; right: a_1^[1] = a_2^[1],"
                        + " dz_1^[1] = dz_2^[1] (two units of one layer)"));
        return new Page(NAME, TITLE, blocks);
    }

    private static Map<String, Object> values(List<Run> runs) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", NAME);
        for (Run run : runs) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("loss0", run.loss0());
            one.put("meanGradient0", run.meanGradient0());
            Map<String, Object> loss = new LinkedHashMap<>();
            loss.put(Integer.toString(EARLY), run.lossEarly());
            loss.put(Integer.toString(STEPS), run.lossEnd());
            one.put("loss", loss);
            one.put("differenceOfHiddenUnits", run.differenceOfHiddenUnits());
            one.put("outputs", run.outputs());
            json.put(run.start(), one);
        }
        return json;
    }
}
