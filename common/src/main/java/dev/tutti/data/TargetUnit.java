package dev.tutti.data;

import dev.tutti.model.Loss;

/**
 * What the targets of a {@link Dataset} stand for: classes, or numbers that were scaled. So it can be said how good a network is in
 * terms of the data.
 *
 * @param task what is to be predicted
 * @param factor what numbers were multiplied with, above 0: an error of the network by this is one of the data; 1 for classes
 */
public record TargetUnit(Task task, double factor) {

    /** Returns that of data whose preprocessing is not known: classes for a loss of classes, else numbers as they are. */
    public static TargetUnit of(Loss loss) {
        return new TargetUnit(loss.ofClasses() ? Task.CLASSIFICATION : Task.REGRESSION, 1);
    }

    /** Whether the targets are classes. */
    public boolean classes() {
        return task == Task.CLASSIFICATION;
    }
}
