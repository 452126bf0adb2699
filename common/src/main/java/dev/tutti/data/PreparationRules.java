package dev.tutti.data;

import dev.tutti.files.InputException;
import dev.tutti.files.Range;

/**
 * How columns become inputs of a network.
 *
 * @param scale how numbers are scaled
 * @param mostLevels levels of a category that have an input each; those beyond, the rarer ones, share one
 */
public record PreparationRules(Scale scale, int mostLevels) {
    /** Allowed numbers of levels. */
    public static final Range LEVELS = Range.count(1);

    /** So many are told apart where nothing is said. */
    public static final int USUAL_LEVELS = 100;

    /** @throws InputException if the number of levels is out of range */
    public PreparationRules {
        if (!LEVELS.contains(mostLevels)) {
            throw new InputException("levels out of range: " + mostLevels + ", allowed: " + LEVELS.allowed());
        }
    }

    /** The usual rules, with a scale. */
    public static PreparationRules of(Scale scale) {
        return new PreparationRules(scale, USUAL_LEVELS);
    }
}
