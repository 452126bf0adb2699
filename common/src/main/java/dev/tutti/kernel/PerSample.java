package dev.tutti.kernel;

/**
 * What a call of {@link GradientKernel#gradients} does with single samples' gradients on their way to the sum. Arrays
 * have one entry for each sample of the mini-batch.
 *
 * <p>The norm of a sample's gradient costs no gradient: that of layer l is the outer product of the local errors d and
 * the inputs x with a 1 appended for the bias, so the squared norm is {@code sum over l of |d|^2 (|x|^2 + 1)}
 * (Goodfellow, "Efficient per-example gradient computations", 2015).
 *
 * @param weights what each sample's loss and gradient count; null: 1 each
 * @param clipNorm gradients with a larger norm are scaled down to it, before the weight; infinity: not at all
 * @param norms receives the norm of each sample's gradient, neither clipped nor weighted; null: not asked for
 */
public record PerSample(float[] weights, float clipNorm, float[] norms) {
    /** Plain sums. */
    public static final PerSample NONE = new PerSample(null, Float.POSITIVE_INFINITY, null);

    /** @throws IllegalArgumentException if {@code clipNorm} is not positive */
    public PerSample {
        if (!(clipNorm > 0)) {
            throw new IllegalArgumentException("clipNorm out of range: " + clipNorm + ", allowed: more than 0");
        }
    }

    /** Returns a request for norms alone. */
    public static PerSample norms(float[] norms) {
        return new PerSample(null, Float.POSITIVE_INFINITY, norms);
    }

    /** Returns sample weights alone. */
    public static PerSample weights(float[] weights) {
        return new PerSample(weights, Float.POSITIVE_INFINITY, null);
    }

    boolean needsNorms() {
        return norms != null || clips();
    }

    boolean scales() {
        return weights != null || clips();
    }

    float weight(int sample) {
        return weights == null ? 1f : weights[sample];
    }

    /** What a sample's local errors are multiplied with before they enter the sums. */
    float factor(int sample, float norm) {
        return norm > clipNorm ? weight(sample) * (clipNorm / norm) : weight(sample);
    }

    private boolean clips() {
        return clipNorm < Float.POSITIVE_INFINITY;
    }
}
