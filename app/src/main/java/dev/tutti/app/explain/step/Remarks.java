package dev.tutti.app.explain.step;

import dev.tutti.app.explain.page.Block;
import dev.tutti.app.explain.page.Digits;
import dev.tutti.app.explain.page.TextForm;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** What is to be said about the numbers of a step: what a lecture prints instead, what float32 does, how well they are checked. */
final class Remarks {
    private Remarks() {}

    /** What a lecture prints differently in a part of the step. */
    static List<Block> printed(Problem problem, Printed.Place place) {
        List<Block> blocks = new ArrayList<>();
        for (Printed one : problem.printedHere()) {
            if (one.place() != place) {
                continue;
            }
            String exact = one.exact().isEmpty() ? "" : "; right: " + one.exact();
            String quote = one.printed().equals(Printed.NOT_GIVEN)
                    ? "the lecture does not give: " + one.what()
                    : "the lecture prints \"" + one.printed() + "\" for " + one.what();
            String text = quote
                    + switch (one.kind()) {
                        case SLIP -> ": a slip" + exact + " (" + one.why() + ")";
                        case ROUNDING -> ": rounded on the way" + exact + " (" + one.why() + ")";
                        case DOUBTFUL -> ", as it reached us: doubtful" + exact + " (" + one.why() + ")";
                        case NOTE -> ": " + one.why();
                    };
            boolean wrong = one.kind() == Printed.Kind.SLIP || one.kind() == Printed.Kind.DOUBTFUL;
            blocks.add(new Block.Remark(wrong ? Block.Kind.SLIP : Block.Kind.NOTE, text));
        }
        return blocks;
    }

    /** Says where six decimals of float32 are not those of double. */
    static List<Block> onFloat32(Problem problem, SampleStep one, Notation names) {
        NetworkSpec network = problem.network();
        ParameterLayout layout = new ParameterLayout(network);
        List<String> seen = new ArrayList<>();
        int apart = 0;
        for (int layer = 0; layer < network.layers(); layer++) {
            for (int j = 0; j < network.outputs(layer); j++) {
                double exactError = one.differences()[layout.biasOffset(layer) + j];
                float error = one.trace().d()[layer][j];
                if (error != 0 && Math.abs(error) < 1e-7 && Math.abs(exactError) < 1e-10) {
                    seen.add("the error " + TextForm.of(names.error(layer, j)) + " is 0 in exact arithmetic, and "
                            + String.format(Locale.ROOT, "%.1e", error) + " in float32");
                }
                float z = one.trace().z()[layer][j];
                double exact = one.inDouble().z()[layer][j];
                if (!Digits.of(z).equals(Digits.of(exact))) {
                    apart++;
                    if (apart == 1) {
                        seen.add(TextForm.of(names.pre(layer, j)) + " is " + Digits.of(exact) + " in double and "
                                + Digits.of(z) + " in float32, in which Tutti computes");
                    }
                }
            }
        }
        if (seen.isEmpty()) {
            return List.of();
        }
        return List.of(new Block.Remark(
                Block.Kind.FLOAT32,
                "row " + one.sample().row() + ": " + String.join("; ", seen.subList(0, Math.min(2, seen.size())))
                        + (seen.size() > 2 ? "; and so on." : ".")));
    }

    /** How far the gradients are from the central differences. */
    static Block onDifferences(Step step) {
        long kinks = step.samples().stream()
                .mapToLong(one -> IntStream.range(0, one.kinks().length)
                        .filter(p -> one.kinks()[p])
                        .count())
                .sum();
        return Block.note(String.format(
                Locale.ROOT,
                "~, by differences: the same as central differences, in double, with h = %.0e; %s from the gradients at most %.1e.%s",
                Step.h(),
                step.samples().size() == 1 ? "they differ" : "over all rows they differ",
                step.worstDifference(),
                kinks == 0 ? "" : " " + kinks + " would cross a kink, where there is no slope."));
    }
}
