package dev.tutti.app.explain.page;

import java.util.stream.Collectors;

/** Formulas as plain text: {@code a1(2) = 0.60 + 0.45*0.596884}. */
public final class TextForm {
    private TextForm() {}

    /** Renders a formula on one line. */
    public static String of(Formula formula) {
        if (formula instanceof Formula.Symbol symbol) {
            boolean letters = !symbol.index().isEmpty()
                    && !Character.isDigit(symbol.index().charAt(0));
            return symbol.base() + (letters ? "_" : "") + symbol.index() + symbol.layer();
        }
        if (formula instanceof Formula.Number number) {
            return number.digits();
        }
        if (formula instanceof Formula.Word word) {
            return word.text();
        }
        if (formula instanceof Formula.Operator operator) {
            return switch (operator.sign()) {
                case "*" -> "*";
                case "," -> ", ";
                case "~" -> "~ ";
                default -> " " + operator.sign() + " ";
            };
        }
        if (formula instanceof Formula.Row row) {
            return row.parts().stream().map(TextForm::of).collect(Collectors.joining());
        }
        if (formula instanceof Formula.Fraction fraction) {
            return bracketed(fraction.over()) + "/" + bracketed(fraction.under());
        }
        if (formula instanceof Formula.Differential differential) {
            return "d" + of(differential.of());
        }
        if (formula instanceof Formula.Call call) {
            return call.function() + "(" + of(call.argument()) + ")";
        }
        if (formula instanceof Formula.Bracket bracket) {
            return "(" + of(bracket.inner()) + ")";
        }
        if (formula instanceof Formula.Total total) {
            return "sum_" + total.index() + " " + of(total.body());
        }
        if (formula instanceof Formula.Power power) {
            return bracketed(power.base()) + "^" + power.exponent();
        }
        Formula.Matrix matrix = (Formula.Matrix) formula;
        return matrix.rows().stream()
                .map(row -> row.stream().map(TextForm::of).collect(Collectors.joining(" ")))
                .collect(Collectors.joining("; ", "[", "]"));
    }

    private static String bracketed(Formula formula) {
        String text = of(formula);
        return formula instanceof Formula.Row && text.contains(" ") ? "(" + text + ")" : text;
    }
}
