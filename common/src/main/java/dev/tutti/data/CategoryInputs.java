package dev.tutti.data;

import dev.tutti.files.InputException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a category becomes inputs of a network: one for each level, of which the row's is 1 and the others are 0.
 *
 * @param column number of the input column
 * @param levels those that have an input, in the order of the inputs
 * @param other whether a further input stands for all other levels; without it these leave all inputs 0
 */
public record CategoryInputs(int column, List<String> levels, boolean other) {

    /** @throws InputException if two levels have the same name */
    public CategoryInputs {
        levels = List.copyOf(levels);
        if (new HashSet<>(levels).size() != levels.size()) {
            throw new InputException("two levels of input column " + column + " have the same name");
        }
    }

    /**
     * Chooses the levels that have an input: the most frequent ones, of equally frequent ones those that come first in the alphabet.
     *
     * @param names of the levels, by number
     * @param counts how many training rows have each
     * @param most how many may have an input
     */
    static CategoryInputs choose(int column, List<String> names, int[] counts, int most) {
        List<Integer> found = new ArrayList<>();
        for (int level = 0; level < counts.length; level++) {
            if (counts[level] > 0) {
                found.add(level);
            }
        }
        found.sort(Comparator.<Integer>comparingInt(level -> -counts[level]).thenComparing(names::get));
        List<String> kept =
                new ArrayList<>(found.stream().limit(most).map(names::get).toList());
        if (kept.stream().allMatch(Cell::isNumber)) {
            kept.sort(Comparator.<String>comparingDouble(Double::parseDouble).thenComparing(name -> name));
        } else {
            kept.sort(null);
        }
        return new CategoryInputs(column, kept, found.size() > most);
    }

    /** Returns the place of the most frequent level among those that have an input; -1 if there is none. */
    int mode(List<String> names, int[] counts) {
        Map<String, Integer> countOf = new HashMap<>();
        for (int level = 0; level < counts.length; level++) {
            countOf.put(names.get(level), counts[level]);
        }
        int mode = -1;
        for (int place = 0; place < levels.size(); place++) {
            if (mode < 0 || countOf.get(levels.get(place)) > countOf.get(levels.get(mode))) {
                mode = place;
            }
        }
        return mode;
    }

    /** Number of inputs. */
    public int width() {
        return levels.size() + (other ? 1 : 0);
    }

    /** Which of the inputs is 1 for a level that training did not see; -1 where none is. */
    public int rest() {
        return other ? levels.size() : -1;
    }

    /**
     * Returns which of the inputs is 1 for each level, by its name and, of a number, by its canonical form: a level is looked up as it
     * is written, then by {@link #canonical}.
     */
    public Map<String, Integer> placeOf() {
        Map<String, Integer> placeOf = new LinkedHashMap<>();
        for (int place = 0; place < levels.size(); place++) {
            placeOf.putIfAbsent(canonical(levels.get(place)), place);
        }
        for (int place = 0; place < levels.size(); place++) {
            placeOf.put(levels.get(place), place);
        }
        return placeOf;
    }

    /** The same text for a number however it is written: "1", "01" and "1.0" are one level. */
    public static String canonical(String level) {
        return TargetColumn.canonical(level);
    }

    /** Returns for each of some levels which of the inputs is 1; -1 where none is. A number is found however it is written. */
    int[] places(List<String> names) {
        Map<String, Integer> placeOf = placeOf();
        return names.stream()
                .mapToInt(name -> placeOf.getOrDefault(name, placeOf.getOrDefault(canonical(name), rest())))
                .toArray();
    }
}
