package dev.tutti.app.explain.share;

import dev.tutti.app.explain.step.Problem;
import dev.tutti.app.explain.step.Step;
import dev.tutti.app.explain.step.Update;
import dev.tutti.kernel.GradientKernel;
import dev.tutti.kernel.Kernels;
import dev.tutti.model.WeightsHash;
import dev.tutti.reduce.PartialGradient;
import dev.tutti.reduce.TreeSum;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;

/**
 * A step cut among workers: with the coordinator's split, the workers' kernel, the tree of both and the coordinator's update, but
 * in one thread, without processes and network. One segment is one sample.
 *
 * @param step the step in one process
 * @param shares what each worker is given
 * @param killed number of the worker that is killed before it sends, from 1; 0: none
 * @param again what is given to the others instead; empty if none is killed
 * @param root the sum at the coordinator
 * @param updated new parameters
 * @param hash SHA-256 of the new parameters
 * @param hashOfOneProcess SHA-256 of the new parameters of one process
 */
public record SharedStep(
        Step step,
        List<Share> shares,
        int killed,
        List<Share> again,
        float[] root,
        float[] updated,
        String hash,
        String hashOfOneProcess) {

    /**
     * Computes a shared step.
     *
     * @param step the step in one process
     * @param workers number of workers, at most one for each sample
     * @param killed number of the worker that is killed, from 1; 0: none
     */
    public static SharedStep of(Step step, int workers, int killed) {
        Problem problem = step.problem();
        int segments = problem.samples().size();
        List<Share> shares = Share.of(segments, workers);
        TreeSum sum = new TreeSum(node -> {});
        sum.begin(segments);
        // The last worker is the first to deliver: the tree adds as if it were not.
        List<Share> arriving = new ArrayList<>(shares);
        Collections.reverse(arriving);
        arriving.removeIf(share -> share.worker() == killed);
        arriving.forEach(share -> deliver(problem, share, sum));
        List<Share> again = List.of();
        if (killed > 0) {
            BitSet there = new BitSet();
            for (int segment = 0; segment < segments; segment++) {
                there.set(segment, sum.covers(segment));
            }
            again = Share.of(segments, workers, killed, there).stream()
                    .filter(share -> !share.segments().isEmpty())
                    .toList();
            again.forEach(share -> deliver(problem, share, sum));
        }
        if (!sum.isComplete()) {
            throw new IllegalStateException("segments missing: " + sum.coveredSegments() + " of " + segments);
        }
        float[] root = sum.nodeAt(0).gradient();
        float[] updated = Update.of(problem.parameters(), root, segments, problem.learningRate());
        return new SharedStep(
                step,
                shares,
                killed,
                again,
                root,
                updated,
                WeightsHash.sha256(problem.network(), updated),
                WeightsHash.sha256(problem.network(), step.batch().updated()));
    }

    private static void deliver(Problem problem, Share share, TreeSum sum) {
        GradientKernel kernel = Kernels.scalar(problem.network());
        for (Share.Range range : share.sends()) {
            PartialGradient node = new PartialGradient(problem.parameters().length).reset(range.first(), range.count());
            kernel.gradients(
                    problem.parameters(),
                    problem.miniBatch(range.first(), range.count()),
                    1,
                    new PartialGradient[] {node},
                    1);
            sum.add(node);
        }
    }

    /** Whether the bits are those of one process. */
    public boolean sameBits() {
        return hash.equals(hashOfOneProcess);
    }

    /** Who adds the two children of a node: a worker that has both, or the coordinator; who computes a single segment. */
    public String adder(int first, int count) {
        List<Share> all = new ArrayList<>(again);
        shares.stream().filter(share -> share.worker() != killed).forEach(all::add);
        for (Share share : all) {
            for (Share.Range sent : share.sends()) {
                if (sent.first() <= first && first + count <= sent.first() + sent.count()) {
                    return share.name();
                }
            }
        }
        return "coordinator";
    }
}
