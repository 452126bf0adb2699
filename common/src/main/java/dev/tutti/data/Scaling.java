package dev.tutti.data;

/** How one column is scaled: {@code (x - shift) * factor}. */
record Scaling(double shift, double factor) {
    static final Scaling UNTOUCHED = new Scaling(0, 1);

    /**
     * Measures a column over some rows, in their order. A column of one value becomes 0, whatever the value.
     *
     * @param scale the rule
     * @param values {@code [rows x stride]}, row-major
     * @param stride number of columns
     * @param column which column
     * @param rows rows to look at, at least one
     */
    static Scaling measure(Scale scale, float[] values, int stride, int column, int[] rows) {
        if (scale == Scale.NONE) {
            return UNTOUCHED;
        }
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        double sum = 0;
        for (int row : rows) {
            double value = values[row * stride + column];
            min = Math.min(min, value);
            max = Math.max(max, value);
            sum += value;
        }
        if (min == max) {
            return new Scaling(min, 1);
        }
        if (scale == Scale.MINMAX) {
            return new Scaling(min, 1 / (max - min));
        }
        double mean = sum / rows.length;
        double squares = 0;
        for (int row : rows) {
            double difference = values[row * stride + column] - mean;
            squares += difference * difference;
        }
        return new Scaling(mean, 1 / Math.sqrt(squares / rows.length));
    }
}
