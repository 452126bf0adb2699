package dev.tutti.kernel;

/** Is told, while gradients are computed, what of them is final: layer by layer, from the last to the first. */
@FunctionalInterface
public interface FinalParts {
    /** Nobody wants to know. */
    FinalParts NONE = from -> {};

    /**
     * The elements from {@code from} to the end of the gradient of every node that was asked for are final, and so are the sums that
     * come with it. On the thread that computes, which goes on afterwards.
     *
     * @param from less than the last time; 0 in the end
     */
    void onFinal(int from);
}
