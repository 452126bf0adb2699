package dev.tutti.app.explain.mistake;

import static dev.tutti.app.explain.page.Formula.number;
import static dev.tutti.app.explain.page.Formula.word;

import dev.tutti.app.explain.exercise.Exercises;
import dev.tutti.app.explain.mistake.Mistake.Experiment;
import dev.tutti.app.explain.page.Block;
import dev.tutti.app.explain.page.Digits;
import dev.tutti.app.explain.page.Formula;
import dev.tutti.app.explain.page.Page;
import dev.tutti.app.explain.share.Share;
import dev.tutti.app.explain.share.SharedStep;
import dev.tutti.app.explain.step.Problem;
import dev.tutti.app.explain.step.Step;
import dev.tutti.app.explain.step.StepSizes;
import dev.tutti.app.explain.topic.Graph;
import dev.tutti.data.EpochOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The mistakes of data-parallel training, each with the numbers that it makes. */
public final class Mistakes {
    private static final float[] FIRST = {1, 2};
    private static final float[] SECOND = {3, 4};
    private static final String LINE =
            "The line y = w x, to be fitted to 2x at x = 1 2 3 4; from w = 0, learning rate 0.1. The"
                    + " gradient of a point is (w x - 2x) x.";

    private static final List<Mistake> ALL = List.of(
            new Mistake(
                    "summing",
                    "summing gradients is as good as averaging them",
                    "a sum over more samples is a larger step: the learning rate would have to shrink with the batch",
                    "fairseq 494, apex 696, ultralytics 18616",
                    Mistakes::summing),
            new Mistake(
                    "divide-again",
                    "dividing by the number of workers once more is the safe side",
                    "the mean is a mean already; the step becomes too small by that factor",
                    "pytorch/examples 1146, bgpt 5",
                    Mistakes::divideAgain),
            new Mistake(
                    "mean-of-means",
                    "the mean of the workers' means is the mean",
                    "only if all have the same number of samples; Tutti sends sums, and divides once",
                    "pytorch 67253, keras 20241, torchtune 1875",
                    Mistakes::meanOfMeans),
            new Mistake(
                    "padding",
                    "repeating a sample or dropping one, so that the parts are equal, is harmless",
                    "it is another gradient; Tutti averages over what there is",
                    "pytorch 25162, vision 4559",
                    Mistakes::padding),
            new Mistake(
                    "no-shuffle",
                    "shuffling happens by itself",
                    "an epoch has an order of its own only if somebody shuffles; Tutti does, from seed and epoch alone",
                    "pytorch 31771, 40043",
                    Mistakes::noShuffle),
            new Mistake(
                    "rate-with-workers",
                    "the learning rate goes with the number of workers",
                    "it goes with the batch; in Tutti more workers share the same batch, and nothing has to be changed",
                    "moco 98, pyskl 26",
                    Mistakes::rateWithWorkers),
            new Mistake(
                    "local-batch-norm",
                    "batch normalization is a matter of each worker",
                    "it uses the mean of the batch, and a worker's part has another one; which is why Tutti has none",
                    "pytorch 2584, OpenOOD 186",
                    Mistakes::localBatchNorm),
            new Mistake(
                    "equal-start",
                    "averaging gradients heals workers that start apart",
                    "equal steps keep a distance for ever; in Tutti the coordinator has the weights, and sends them",
                    "detr 544",
                    Mistakes::equalStart),
            new Mistake(
                    "one-seed",
                    "one seed for all workers is safe",
                    "then all of them drop the same units of their first samples; in Tutti a mask depends on seed, epoch and the"
                            + " sample's place in it, and not on who computes",
                    "transformers 31412",
                    Mistakes::oneSeed),
            new Mistake(
                    "mean-of-accuracies",
                    "the mean of the workers' accuracies is the accuracy",
                    "hits and samples are to be summed, each by itself",
                    "Lightning 12407",
                    Mistakes::meanOfAccuracies),
            new Mistake(
                    "averaging-weights",
                    "averaging weights is the same as averaging gradients",
                    "after one step of plain gradient descent and with equal parts; after two steps it is not",
                    "horovod 651",
                    Mistakes::averagingWeights),
            new Mistake(
                    "modes-alike",
                    "an update for each batch, one for each epoch and local steps come to the same",
                    "one update an epoch is one step, however many samples it saw; local steps lead to other weights",
                    "pytorch 59699",
                    Mistakes::modesAlike),
            new Mistake(
                    "order-of-adding",
                    "the order in which gradients are added does not matter",
                    "of floating-point numbers it does; Tutti adds by a fixed tree, so its bits are always the same",
                    "nccl 446",
                    Mistakes::orderOfAdding),
            new Mistake(
                    "clipping",
                    "clipping may come before or after averaging",
                    "the results differ, in length and in direction",
                    "horovod 1346",
                    Mistakes::clipping),
            new Mistake(
                    "no-reset",
                    "gradients reset themselves",
                    "who adds to the old gradient steps with the sum of all",
                    "micrograd 53",
                    Mistakes::noReset),
            new Mistake(
                    "one-workers-gradient",
                    "the gradient of one worker is the gradient",
                    "it is an estimate; it scatters less the more samples it is the mean of",
                    "",
                    Mistakes::oneWorkersGradient),
            new Mistake(
                    "smaller-h",
                    "the smaller h, the better the difference",
                    "up to where rounding eats the difference: about 1e-3 or 1e-4 for double, 1e-1 for float32 here",
                    "",
                    Mistakes::smallerH),
            new Mistake(
                    "more-workers",
                    "more workers are faster",
                    "no more of them work than the batch has segments",
                    "milabench 60",
                    Mistakes::moreWorkers),
            new Mistake(
                    "lost-samples",
                    "the samples of a worker that dies are lost",
                    "others compute them: a segment's gradient is the same whoever does",
                    "pytorch 17113",
                    Mistakes::lostSamples));

    private Mistakes() {}

    /** All of them. */
    public static List<Mistake> all() {
        return ALL;
    }

    /** Writes a mistake down. */
    public static Page page(Mistake mistake, Experiment experiment) {
        List<Block> blocks = new ArrayList<>();
        blocks.add(Block.sentence(word("What people think: " + mistake.thought() + ".")));
        blocks.add(Block.sentence(word("What is the case: " + mistake.truth() + ".")));
        blocks.addAll(experiment.blocks());
        if (!mistake.seen().isEmpty()) {
            blocks.add(Block.note("Seen in issues of these projects: " + mistake.seen() + "."));
        }
        return new Page("mistake " + mistake.name(), mistake.thought(), blocks);
    }

    private static Experiment summing() {
        float[] right = Line.weights(4, w -> Line.mean(w, Line.POINTS));
        float[] sum = Line.weights(4, w -> Line.sum(w, Line.POINTS));
        float[] workers = Line.weights(4, w -> Line.mean(w, FIRST) + Line.mean(w, SECOND));
        float stable = 2 / Line.meanSquare(Line.POINTS);
        Sheet sheet = new Sheet();
        sheet.text(LINE);
        sheet.byStep("mean", right, "sum of 4 samples", sum, "sum of 2 workers' means", workers);
        sheet.note("A step is stable while the rate stays below 2 / mean of x^2 = " + Digits.of(stable)
                + "; the sum over four is a rate of 0.4.");
        sheet.measured("mean of 4 workers", Measured.RIGHT, "sum of 4 workers' means", Measured.SUMMED);
        sheet.note("On digits the sum even looks better: it is nothing but the run with lr 0.4.");
        return sheet.done(
                "mean", right, "sumOfSamples", sum, "sumOfTwoWorkerMeans", workers, "largestStableRate", stable);
    }

    private static Experiment divideAgain() {
        float[] right = Line.weights(4, w -> Line.mean(w, Line.POINTS));
        float[] twice = Line.weights(4, w -> Line.mean(w, Line.POINTS) / 4);
        Sheet sheet = new Sheet();
        sheet.text(LINE);
        sheet.byStep("mean", right, "divided by 4 again", twice);
        sheet.measured("mean", Measured.RIGHT, "divided by 4 again", Measured.DIVIDED_TWICE);
        return sheet.done("mean", right, "dividedTwice", twice);
    }

    private static Experiment meanOfMeans() {
        float first = Line.mean(0, 1, 2, 3);
        float second = Line.mean(0, 4, 5);
        float right = Line.mean(0, 1, 2, 3, 4, 5);
        float wrong = (first + second) / 2;
        Sheet sheet = new Sheet();
        sheet.text(
                "The line at x = 1 2 3 4 5 and w = 0, on two workers: 1 2 3 and 4 5. Gradients -2 -8 -18 | -32 -50.");
        sheet.pairs(
                "mean of worker-1",
                first,
                "mean of worker-2",
                second,
                "mean of these (wrong)",
                wrong,
                "mean of all five",
                right);
        sheet.note("The samples of the smaller part count more: each 1/4 instead of 1/5.");
        return sheet.done("workerMeans", new float[] {first, second}, "meanOfMeans", wrong, "mean", right);
    }

    private static Experiment padding() {
        float right = Line.mean(0, 1, 2, 3, 4, 5);
        float padded = Line.mean(0, 1, 2, 3, 4, 5, 1);
        float dropped = Line.mean(0, 1, 2, 3, 4);
        Sheet sheet = new Sheet();
        sheet.text(
                "The line at x = 1 2 3 4 5 and w = 0, to be shared by two workers: three each with one repeated, or two each"
                        + " with one dropped.");
        sheet.pairs("1 repeated (wrong)", padded, "5 dropped (wrong)", dropped, "mean of all five", right);
        return sheet.done("padded", padded, "lastDropped", dropped, "mean", right);
    }

    private static Experiment noShuffle() {
        Sheet sheet = new Sheet();
        sheet.text("Eight rows, seed 1, in three epochs:");
        List<Block.TableRow> rows = new ArrayList<>();
        Map<String, Object> values = new LinkedHashMap<>();
        for (int epoch = 1; epoch <= 3; epoch++) {
            int[] order = new int[8];
            EpochOrder.fill(order, 1, epoch, true);
            int[] same = new int[8];
            EpochOrder.fill(same, 1, epoch, false);
            rows.add(Block.row(word("epoch " + epoch), word(text(order)), word(text(same))));
            values.put("epoch " + epoch, order);
        }
        sheet.table(List.of(word(""), word("--shuffle on"), word("--shuffle off")), rows);
        sheet.note("Unshuffled, the same samples always share a batch, and sorted data come class by class.");
        return new Experiment(sheet.blocks, values);
    }

    private static Experiment rateWithWorkers() {
        Sheet sheet = new Sheet();
        sheet.text(
                "Digits: the learning rate divided by the batch has to be kept. The number of workers changes nothing.");
        sheet.measured(
                "a quarter of the batch",
                Measured.SMALL,
                "the README's run",
                Measured.RIGHT,
                "four times the batch",
                Measured.LARGE,
                "the batch alone",
                Measured.LARGE_SLOW,
                "far too fast",
                Measured.SMALL_FAST);
        return sheet.done();
    }

    private static Experiment localBatchNorm() {
        double[] whole = normalized(new double[] {0, 2, 10, 12}, 0, 4);
        double[] local = new double[4];
        System.arraycopy(normalized(new double[] {0, 2, 10, 12}, 0, 2), 0, local, 0, 2);
        System.arraycopy(normalized(new double[] {0, 2, 10, 12}, 2, 4), 0, local, 2, 2);
        Sheet sheet = new Sheet();
        sheet.text(
                "Values 0 2 10 12 of one unit, the first two at worker-1, the others at worker-2; minus their mean, over"
                        + " their standard deviation:");
        sheet.table(
                List.of(word("value"), word("0"), word("2"), word("10"), word("12")),
                List.of(numbers("over the whole batch", whole), numbers("by each worker (wrong)", local)));
        return sheet.done("whole", whole, "twoWorkers", local);
    }

    private static double[] normalized(double[] x, int from, int to) {
        double mean = Arrays.stream(x, from, to).average().orElseThrow();
        double variance = Arrays.stream(x, from, to)
                .map(one -> (one - mean) * (one - mean))
                .average()
                .orElseThrow();
        return Arrays.stream(x, from, to)
                .map(one -> (one - mean) / Math.sqrt(variance))
                .toArray();
    }

    private static Experiment equalStart() {
        float[][] both = new float[5][2];
        both[0] = new float[] {0, 1};
        for (int step = 1; step < both.length; step++) {
            float g = (Line.mean(both[step - 1][0], FIRST) + Line.mean(both[step - 1][1], SECOND)) / 2;
            both[step][0] = Math.fma(-Line.LEARNING_RATE, g, both[step - 1][0]);
            both[step][1] = Math.fma(-Line.LEARNING_RATE, g, both[step - 1][1]);
        }
        Sheet sheet = new Sheet();
        sheet.text(
                "The line: worker-1 has x = 1 2 and starts at w = 0, worker-2 has x = 3 4 and starts at w = 1. Each takes the"
                        + " mean of both gradients; right would be to come to 2.");
        List<Block.TableRow> rows = new ArrayList<>();
        for (int step = 0; step < both.length; step++) {
            rows.add(Block.row(
                    word("step " + step),
                    number(both[step][0]),
                    number(both[step][1]),
                    number((double) both[step][1] - both[step][0])));
        }
        sheet.table(List.of(word(""), word("w of worker-1"), word("w of worker-2"), word("apart")), rows);
        return sheet.done("differentStart", both);
    }

    private static Experiment oneSeed() {
        List<String> ours = DropoutMasks.ours(8);
        List<String> wrong = DropoutMasks.eachWorkerFromItsStart(8, 2);
        Sheet sheet = new Sheet();
        sheet.text("Dropout 0.5 on eight hidden units, eight samples on two workers; 1 stays, 0 is dropped.");
        List<Block.TableRow> rows = new ArrayList<>();
        for (int place = 0; place < 8; place++) {
            rows.add(Block.row(
                    word("sample " + place),
                    word("worker-" + (place < 4 ? 1 : 2)),
                    word(ours.get(place)),
                    word(wrong.get(place))));
        }
        sheet.table(List.of(word(""), word(""), word("Tutti"), word("each worker counts its own (wrong)")), rows);
        sheet.note(
                "With one stream for each worker and one seed for all, samples 4 to 7 drop what samples 0 to 3 drop.");
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("tutti", ours);
        values.put("eachWorkerFromItsStart", wrong);
        return new Experiment(sheet.blocks, values);
    }

    private static Experiment meanOfAccuracies() {
        float wrong = (3f / 3 + 0f / 1) / 2;
        float right = (3f + 0f) / (3 + 1);
        Sheet sheet = new Sheet();
        sheet.text("worker-1 has 3 of 3 right, worker-2 0 of 1:");
        sheet.pairs("mean of the accuracies (wrong)", wrong, "3 of 4", right);
        return sheet.done("meanOfAccuracies", wrong, "accuracy", right);
    }

    private static Experiment averagingWeights() {
        Sheet sheet = new Sheet();
        sheet.text(LINE
                + " worker-1 has x = 1 2, worker-2 x = 3 4; each goes its own way for some steps, then their weights are"
                + " averaged.");
        List<Block.TableRow> rows = new ArrayList<>();
        Map<String, Object> values = new LinkedHashMap<>();
        for (int steps : new int[] {1, 2, 4}) {
            float first = Line.weights(steps, w -> Line.mean(w, FIRST))[steps];
            float second = Line.weights(steps, w -> Line.mean(w, SECOND))[steps];
            float right = Line.weights(steps, w -> Line.mean(w, Line.POINTS))[steps];
            rows.add(Block.row(
                    word(steps + (steps == 1 ? " step" : " steps")),
                    number(first),
                    number(second),
                    number((first + second) / 2),
                    number(right)));
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("workers", new float[] {first, second});
            one.put("average", (first + second) / 2);
            one.put("right", right);
            values.put(Integer.toString(steps), one);
        }
        sheet.table(
                List.of(
                        word("alone for"),
                        word("worker-1"),
                        word("worker-2"),
                        word("mean weight"),
                        word("mean gradients")),
                rows);
        sheet.note("Local training saves broadcasts, and is another algorithm; with Adam even one step differs.");
        return new Experiment(sheet.blocks, values);
    }

    private static Experiment modesAlike() {
        Sheet sheet = new Sheet();
        sheet.text("Digits, ten epochs:");
        sheet.measured(
                "each batch",
                Measured.RIGHT,
                "local, averaged every 4 steps",
                Measured.LOCAL_4,
                "local, averaged once an epoch",
                Measured.LOCAL_23,
                "each epoch",
                Measured.EPOCH,
                "each epoch, faster",
                Measured.EPOCH_FAST);
        sheet.note(
                "Local: each of four replicas makes steps of its own with a quarter of the samples, and their weights are"
                        + " averaged every 4 steps or once an epoch. It needs fewer broadcasts and comes as far here, on equal parts of"
                        + " shuffled data; but its weights are others, and depend on the number of replicas, though not on that of"
                        + " the workers.");
        sheet.note(
                "An update an epoch is ten steps in all, since no batch sees what the one before has learned. A larger rate"
                        + " makes up for some of it.");
        return sheet.done();
    }

    private static Experiment orderOfAdding() {
        float[] terms = {1e8f, 1, -1e8f, 1};
        float inOrder = ((terms[0] + terms[1]) + terms[2]) + terms[3];
        float tree = (terms[0] + terms[1]) + (terms[2] + terms[3]);
        float other = ((terms[0] + terms[2]) + terms[1]) + terms[3];
        Sheet sheet = new Sheet();
        sheet.text("1e8 + 1 - 1e8 + 1 in float32; exactly it is 2:");
        sheet.pairs("in order", inOrder, "by the tree", tree, "1e8 and -1e8 first", other);
        sheet.note("None of them is wrong: each is the rounded sum of that order. To be the same, the order must be.");
        Map<String, String> hashes = Arrivals.hashes();
        sheet.text(
                "A network 2-2-1 on eight rows, segments of 2, 20 steps: SHA-256 of the weights when the four segments are"
                        + " added ...");
        sheet.table(
                List.of(word("order"), word("hash")),
                hashes.entrySet().stream()
                        .map(entry -> Block.row(
                                word(entry.getKey()), word(entry.getValue().substring(0, 16) + "...")))
                        .toList());
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("inOrder", inOrder);
        values.put("tree", tree);
        values.put("otherArrival", other);
        values.put("sameBits", hashes);
        return new Experiment(sheet.blocks, values);
    }

    private static Experiment clipping() {
        double[][] workers = {{3, 4}, {0, 10}};
        double[] before = new double[2];
        double[] mean = new double[2];
        for (double[] worker : workers) {
            double[] clipped = clipped(worker, 5);
            for (int i = 0; i < 2; i++) {
                before[i] += clipped[i] / 2;
                mean[i] += worker[i] / 2;
            }
        }
        double[] after = clipped(mean, 5);
        Sheet sheet = new Sheet();
        sheet.text("Gradients (3, 4) and (0, 10) of two workers, clipped to the norm 5:");
        sheet.table(
                List.of(word(""), word("1"), word("2")),
                List.of(numbers("each clipped, then the mean", before), numbers("the mean, then clipped", after)));
        return sheet.done("clippedThenMean", before, "meanThenClipped", after);
    }

    private static double[] clipped(double[] vector, double limit) {
        double norm = Math.hypot(vector[0], vector[1]);
        double factor = norm > limit ? limit / norm : 1;
        return new double[] {vector[0] * factor, vector[1] * factor};
    }

    private static Experiment noReset() {
        float[] right = Line.weights(4, w -> Line.mean(w, Line.POINTS));
        float[] kept = {0};
        float[] wrong = Line.weights(4, w -> kept[0] += Line.mean(w, Line.POINTS));
        Sheet sheet = new Sheet();
        sheet.text(LINE);
        sheet.byStep("reset", right, "not reset (wrong)", wrong);
        return sheet.done("mean", right, "notReset", wrong);
    }

    private static Experiment oneWorkersGradient() {
        float[] single = new float[4];
        for (int k = 0; k < 4; k++) {
            single[k] = Line.gradient(0, Line.POINTS[k]);
        }
        float[] pairs = new float[6];
        int n = 0;
        for (int i = 0; i < 4; i++) {
            for (int j = i + 1; j < 4; j++) {
                pairs[n++] = (single[i] + single[j]) / 2;
            }
        }
        Sheet sheet = new Sheet();
        sheet.text(LINE + " The mean is -15.");
        sheet.table(
                List.of(word("samples"), word("gradients"), word("standard deviation")),
                List.of(
                        Block.row(word("1"), word(text(single)), number(deviation(single))),
                        Block.row(word("2"), word(text(pairs)), number(deviation(pairs))),
                        Block.row(word("4"), word("-15"), number(0))));
        return sheet.done(
                "perSample", single, "std1", deviation(single), "pairs", pairs, "std2", deviation(pairs), "std4", 0.0);
    }

    private static double deviation(float[] values) {
        double mean = 0;
        for (float value : values) {
            mean += value / values.length;
        }
        double squares = 0;
        for (float value : values) {
            squares += (value - mean) * (value - mean) / values.length;
        }
        return Math.sqrt(squares);
    }

    private static Experiment smallerH() {
        Problem problem = Exercises.named("two-outputs").problem();
        double exact = Graph.of(problem).derivative("w11[1]");
        Sheet sheet = new Sheet();
        sheet.text("two-outputs, first weight: how far the central difference is from the derivative "
                + String.format(Locale.ROOT, "%.9f", exact) + ".");
        List<Block.TableRow> rows = new ArrayList<>();
        Map<String, Object> inDouble = new LinkedHashMap<>();
        Map<String, Object> inFloat = new LinkedHashMap<>();
        for (int power = 1; power <= 11; power++) {
            double h = Math.pow(10, -power);
            double wide = StepSizes.inDouble(problem, 0, exact, h);
            double narrow = StepSizes.inFloat(problem, 0, exact, (float) h);
            inDouble.put("1e-" + power, wide);
            inFloat.put("1e-" + power, narrow);
            rows.add(Block.row(
                    word("h = 1e-" + power),
                    new Formula.Number(String.format(Locale.ROOT, "%.1e", wide)),
                    new Formula.Number(String.format(Locale.ROOT, "%.1e", narrow))));
        }
        sheet.table(List.of(word(""), word("double"), word("float32")), rows);
        sheet.note("In float32 the two losses are the same number when h is small: the difference is 0, and all of the"
                + " derivative is the error.");
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("exact", exact);
        values.put("double", inDouble);
        values.put("float", inFloat);
        return new Experiment(sheet.blocks, values);
    }

    private static Experiment moreWorkers() {
        Sheet sheet = new Sheet();
        sheet.text("A batch of four segments on five workers:");
        List<Share> shares = Share.of(4, 5);
        sheet.table(
                List.of(word(""), word("segments")),
                shares.stream()
                        .map(share -> Block.row(
                                word(share.name()),
                                word(
                                        share.segments().isEmpty()
                                                ? "none: it waits"
                                                : share.segments().toString().replaceAll("[\\[\\],]", ""))))
                        .toList());
        sheet.note(
                "Smaller --segment gives work to more workers; small networks spend their time on the network anyway.");
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("segments", shares.stream().map(Share::segments).toList());
        return new Experiment(sheet.blocks, values);
    }

    private static Experiment lostSamples() {
        SharedStep shared = SharedStep.of(Step.of(Exercises.named("xor").problem()), 3, 2);
        Sheet sheet = new Sheet();
        sheet.text(
                "xor on three workers, worker-2 killed before it sends (tutti explain xor --distributed 3 --kill 2 shows it"
                        + " all):");
        sheet.table(
                List.of(word("segment"), word("given to"), word("then computed by")),
                shared.shares().stream()
                        .flatMap(share -> share.segments().stream()
                                .map(segment -> Block.row(
                                        word(Integer.toString(segment)),
                                        word(share.name() + (share.worker() == 2 ? " (killed)" : "")),
                                        word(shared.adder(segment, 1)))))
                        .toList());
        sheet.text(shared.sameBits() ? "The new weights have the same bits as those of one process:" : "OTHER BITS:");
        sheet.blocks.add(Block.verbatim(
                "sha256 " + shared.hash().substring(0, 32) + "...",
                "sha256 " + shared.hashOfOneProcess().substring(0, 32) + "..."));
        sheet.text(
                "Digits, ten epochs, segments of 16, on three workers; worker-2 is killed in the middle of a step of epoch 5:");
        sheet.table(
                List.of(word("digits"), word("segments"), word("weights, sha256")),
                List.of(
                        Block.row(word("undisturbed"), segments(), word(Measured.HASH.substring(0, 16) + "...")),
                        Block.row(word("worker-2 killed"), segments(), word(Measured.HASH.substring(0, 16) + "..."))));
        sheet.blocks.add(Block.verbatim("tutti train digits"));
        sheet.note(
                "22 batches of 4 segments and one of 2, ten times: none is missing, none counts twice. tutti chaos digits"
                        + " kills and freezes real processes, and compares in the same way.");
        return sheet.done(
                "weightsSha256",
                shared.hash(),
                "weightsSha256OfOneProcess",
                shared.hashOfOneProcess(),
                "digitsSegments",
                Measured.SEGMENTS,
                "digitsWeightsSha256",
                Measured.HASH);
    }

    private static Formula segments() {
        return new Formula.Number(Integer.toString(Measured.SEGMENTS));
    }

    private static Block.TableRow numbers(String name, double[] values) {
        List<Formula> cells = new ArrayList<>();
        cells.add(word(name));
        Arrays.stream(values).forEach(value -> cells.add(number(value)));
        return new Block.TableRow(cells, false);
    }

    private static String text(int[] numbers) {
        return Arrays.stream(numbers).mapToObj(String::valueOf).collect(Collectors.joining(" "));
    }

    private static String text(float[] numbers) {
        List<String> all = new ArrayList<>();
        for (float one : numbers) {
            all.add(String.format(Locale.ROOT, "%.0f", one));
        }
        return String.join(" ", all);
    }
}
