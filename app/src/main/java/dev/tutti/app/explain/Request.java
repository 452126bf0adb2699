package dev.tutti.app.explain;

import java.util.List;

/**
 * What is to be explained, and how.
 *
 * @param name of an exercise
 * @param rows rows to show, counted from 0; empty: those of the exercise
 * @param tutti whether in Tutti's letters instead of the lecture's
 * @param workers number of workers that share the step; 0: not shared
 * @param killed number of the worker that is killed, from 1; 0: none
 * @param sources whether formulas name the methods that compute them
 */
public record Request(String name, List<Integer> rows, boolean tutti, int workers, int killed, boolean sources) {}
