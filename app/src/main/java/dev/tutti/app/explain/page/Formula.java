package dev.tutti.app.explain.page;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** A piece of mathematics. Renderings: {@link TextForm}, {@link LatexForm}, {@link MathmlForm}. */
public sealed interface Formula {
    /**
     * A named quantity.
     *
     * @param base letter or name in plain words, such as {@code w} or {@code delta}
     * @param index units, such as {@code 12} or {@code ji}; may be empty
     * @param layer with its brackets, such as {@code (2)}; may be empty
     */
    record Symbol(String base, String index, String layer) implements Formula {}

    /** A number, written out. */
    record Number(String digits) implements Formula {}

    /** Words. */
    record Word(String text) implements Formula {}

    /**
     * One of {@code = + - * o -> , ~}, with space around it except for the product; {@code o} multiplies element by element, {@code ~}
     * says that what follows is nearly the same.
     */
    record Operator(String sign) implements Formula {}

    /** Pieces one behind the other. */
    record Row(List<Formula> parts) implements Formula {}

    /** A fraction. */
    record Fraction(Formula over, Formula under) implements Formula {}

    /** A differential, half of a derivative. */
    record Differential(Symbol of) implements Formula {}

    /** A function and its argument in brackets. */
    record Call(String function, Formula argument) implements Formula {}

    /** In brackets. */
    record Bracket(Formula inner) implements Formula {}

    /** A sum over {@code index}. */
    record Total(String index, Formula body) implements Formula {}

    /** A power. */
    record Power(Formula base, String exponent) implements Formula {}

    /** A matrix, row by row. */
    record Matrix(List<List<Formula>> rows) implements Formula {}

    /** Nothing. */
    Formula EMPTY = new Row(List.of());

    /** A quantity without index and layer. */
    static Symbol symbol(String base) {
        return new Symbol(base, "", "");
    }

    /** Words. */
    static Word word(String text) {
        return new Word(text);
    }

    /** A number that was computed: {@link Digits#of(double)}. */
    static Number number(double value) {
        return new Number(Digits.of(value));
    }

    /** A number that was given: {@link Digits#given(float)}. */
    static Number given(float value) {
        return new Number(Digits.given(value));
    }

    /**
     * Pieces one behind the other: formulas as they are, strings that are operators as {@link Operator}, other strings as
     * {@link Word}.
     */
    static Formula row(Object... parts) {
        List<Formula> row = Arrays.stream(parts)
                .map(part -> part instanceof Formula formula ? formula : ofText((String) part))
                .toList();
        return row.size() == 1 ? row.get(0) : new Row(row);
    }

    /** Pieces with an operator between them; plus a negative number is minus a positive one. */
    static Formula joined(String operator, List<Formula> parts) {
        List<Formula> row = new ArrayList<>();
        for (Formula part : parts) {
            if (row.isEmpty()) {
                row.add(part);
            } else if (operator.equals("+") && isNegative(part)) {
                row.add(new Operator("-"));
                row.add(negated(part));
            } else {
                row.add(new Operator(operator));
                row.add(part);
            }
        }
        return new Row(List.copyOf(row));
    }

    private static boolean isNegative(Formula part) {
        return part instanceof Number number
                ? number.digits().startsWith("-")
                : part instanceof Row row
                        && !row.parts().isEmpty()
                        && isNegative(row.parts().get(0));
    }

    private static Formula negated(Formula part) {
        if (part instanceof Number number) {
            return new Number(number.digits().substring(1));
        }
        List<Formula> parts = new ArrayList<>(((Row) part).parts());
        parts.set(0, negated(parts.get(0)));
        return new Row(List.copyOf(parts));
    }

    /** A matrix of numbers that were computed. */
    static Matrix matrix(float[][] values) {
        return matrix(values, Formula::number);
    }

    /** A matrix of numbers. */
    static Matrix matrix(float[][] values, Function<Float, Formula> number) {
        return new Matrix(Arrays.stream(values)
                .map(row -> IntStream.range(0, row.length)
                        .mapToObj(i -> number.apply(row[i]))
                        .toList())
                .toList());
    }

    private static Formula ofText(String text) {
        return switch (text) {
            case "=", "+", "-", "*", "o", "->", ",", "~" -> new Operator(text);
            default -> new Word(text);
        };
    }
}
