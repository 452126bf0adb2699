package dev.tutti.app.explain.share;

import dev.tutti.coordinator.plan.Orders;
import dev.tutti.coordinator.plan.WorkSplit;
import dev.tutti.reduce.SummationTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Work of one worker.
 *
 * @param worker its number, from 1
 * @param segments the segments it computes
 * @param sends the nodes of the summation tree that it makes of them and sends, as large as possible
 */
public record Share(int worker, List<Integer> segments, List<Range> sends) {
    /** Neighbouring segments: the first, and how many. */
    public record Range(int first, int count) {}

    /** Name of the worker. */
    public String name() {
        return "worker-" + worker;
    }

    /**
     * Cuts a step among workers of the same speed, as the coordinator does where vectors cost nothing.
     *
     * @param segments number of segments
     * @param workers number of workers
     */
    public static List<Share> of(int segments, int workers) {
        return of(segments, workers, 0, new BitSet());
    }

    /**
     * Cuts what is missing of a step among workers of the same speed.
     *
     * @param segments number of segments
     * @param workers number of workers
     * @param without number of a worker that gets nothing; 0: there is none
     * @param there the segments that are not missing
     */
    public static List<Share> of(int segments, int workers, int without, BitSet there) {
        double[] capacity = new double[workers];
        Arrays.fill(capacity, 1);
        if (without > 0) {
            capacity[without - 1] = 0;
        }
        Orders orders = new Orders();
        WorkSplit.split(segments, there, capacity, orders);
        List<Share> shares = new ArrayList<>();
        for (int worker = 0; worker < workers; worker++) {
            List<Integer> mine = new ArrayList<>();
            List<Range> sends = new ArrayList<>();
            for (int i = 0; i < orders.size(); i++) {
                if (orders.member(i) == worker) {
                    int end = orders.firstSegment(i) + orders.segmentCount(i);
                    for (int segment = orders.firstSegment(i); segment < end; segment++) {
                        mine.add(segment);
                    }
                    int first = orders.firstSegment(i);
                    while (first < end) {
                        int count = SummationTree.largestNode(first, end, segments);
                        sends.add(new Range(first, count));
                        first += count;
                    }
                }
            }
            shares.add(new Share(worker + 1, List.copyOf(mine), List.copyOf(sends)));
        }
        return List.copyOf(shares);
    }
}
