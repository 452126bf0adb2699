package dev.tutti.app.explain.step;

/**
 * A sample as the network sees it.
 *
 * @param row its number in the data, counted from 0
 * @param x inputs {@code [inputs]}
 * @param y targets {@code [outputs]}; of a class the 1 is at its place
 * @param origin {@code lecture}, {@code ours} or {@code data}
 */
public record Sample(int row, float[] x, float[] y, String origin) {}
