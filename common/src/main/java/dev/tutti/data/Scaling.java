package dev.tutti.data;

import java.util.Arrays;

/**
 * How one column is scaled: {@code (x - shift) * factor}, and what stands in where there is no value: the mean.
 *
 * @param missing number of the rows without a value
 */
record Scaling(double shift, double factor, double mean, int missing) {
    static final Scaling UNTOUCHED = new Scaling(0, 1, 0, 0);

    /**
     * Measures columns over some rows, each sum in double in the order of the rows; values that are missing (NaN) do not count. A
     * column of one value becomes 0, whatever the value.
     *
     * @param scale the rule
     * @param values {@code [rows x columns]}, row-major
     * @param columns number of columns
     * @param rows rows to look at, at least one
     */
    static Scaling[] measure(Scale scale, float[] values, int columns, int[] rows) {
        double[] min = new double[columns];
        double[] max = new double[columns];
        double[] sum = new double[columns];
        int[] count = new int[columns];
        Arrays.fill(min, Double.POSITIVE_INFINITY);
        Arrays.fill(max, Double.NEGATIVE_INFINITY);
        for (int row : rows) {
            for (int column = 0; column < columns; column++) {
                double value = values[row * columns + column];
                if (!Double.isNaN(value)) {
                    min[column] = Math.min(min[column], value);
                    max[column] = Math.max(max[column], value);
                    sum[column] += value;
                    count[column]++;
                }
            }
        }
        double[] mean = new double[columns];
        Arrays.setAll(mean, c -> count[c] == 0 ? 0 : min[c] == max[c] ? min[c] : sum[c] / count[c]);
        double[] squares = scale == Scale.STANDARDIZE ? squares(values, columns, rows, mean) : null;
        Scaling[] scalings = new Scaling[columns];
        for (int c = 0; c < columns; c++) {
            int missing = rows.length - count[c];
            if (scale == Scale.NONE || count[c] == 0) {
                scalings[c] = new Scaling(0, 1, mean[c], missing);
            } else if (min[c] == max[c]) {
                scalings[c] = new Scaling(min[c], 1, min[c], missing);
            } else if (scale == Scale.MINMAX) {
                scalings[c] = new Scaling(min[c], 1 / (max[c] - min[c]), mean[c], missing);
            } else {
                scalings[c] = new Scaling(mean[c], 1 / Math.sqrt(squares[c] / count[c]), mean[c], missing);
            }
        }
        return scalings;
    }

    private static double[] squares(float[] values, int columns, int[] rows, double[] mean) {
        double[] squares = new double[columns];
        for (int row : rows) {
            for (int column = 0; column < columns; column++) {
                double difference = values[row * columns + column] - mean[column];
                if (!Double.isNaN(difference)) {
                    squares[column] += difference * difference;
                }
            }
        }
        return squares;
    }
}
