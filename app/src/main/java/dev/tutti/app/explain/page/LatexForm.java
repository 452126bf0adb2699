package dev.tutti.app.explain.page;

import java.util.List;
import java.util.stream.Collectors;

/** Formulas as LaTeX, without the dollars around them. */
final class LatexForm {
    private LatexForm() {}

    static String of(Formula formula) {
        if (formula instanceof Formula.Symbol symbol) {
            return symbol(symbol);
        }
        if (formula instanceof Formula.Number number) {
            return number(number.digits());
        }
        if (formula instanceof Formula.Word word) {
            if (Signs.isMathematics(word)) {
                return word.text();
            }
            return word.text().isBlank() ? "\\;" : "\\text{" + escape(word.text()) + "}";
        }
        if (formula instanceof Formula.Operator operator) {
            return switch (operator.sign()) {
                case "*" -> " \\cdot ";
                case "->" -> " \\to ";
                case "o" -> " \\circ ";
                case "~" -> "\\approx ";
                case "," -> ",\\; ";
                default -> " " + operator.sign() + " ";
            };
        }
        if (formula instanceof Formula.Row row) {
            return row(row.parts());
        }
        if (formula instanceof Formula.Fraction fraction) {
            return "\\frac{" + of(fraction.over()) + "}{" + of(fraction.under()) + "}";
        }
        if (formula instanceof Formula.Differential differential) {
            return "\\partial " + of(differential.of());
        }
        if (formula instanceof Formula.Call call) {
            return "\\operatorname{" + escape(call.function()) + "}\\left(" + of(call.argument()) + "\\right)";
        }
        if (formula instanceof Formula.Bracket bracket) {
            return "\\left(" + of(bracket.inner()) + "\\right)";
        }
        if (formula instanceof Formula.Total total) {
            return "\\sum_{" + total.index() + "} " + of(total.body());
        }
        if (formula instanceof Formula.Power power) {
            return "{" + of(power.base()) + "}^{" + power.exponent() + "}";
        }
        Formula.Matrix matrix = (Formula.Matrix) formula;
        return matrix.rows().stream()
                .map(row -> row.stream().map(LatexForm::of).collect(Collectors.joining(" & ")))
                .collect(Collectors.joining(" \\\\ ", "\\begin{pmatrix} ", " \\end{pmatrix}"));
    }

    /** A negative number behind an operator gets brackets. */
    private static String row(List<Formula> parts) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < parts.size(); i++) {
            String part = of(parts.get(i));
            boolean bracket = i > 0 && Signs.needsBracket(parts.get(i - 1), parts.get(i));
            text.append(bracket ? "(" + part + ")" : part);
        }
        return text.toString();
    }

    private static String symbol(Formula.Symbol symbol) {
        String base = Greek.isLetter(symbol.base())
                ? "\\" + symbol.base()
                : symbol.base().equals("y-hat")
                        ? "\\hat{y}"
                        : symbol.base().length() == 1 ? symbol.base() : "\\mathrm{" + escape(symbol.base()) + "}";
        String index = symbol.index().isEmpty() ? "" : "_{" + escape(symbol.index()) + "}";
        String layer = symbol.layer().isEmpty() ? "" : "^{" + symbol.layer().replace("^", "") + "}";
        return base + index + layer;
    }

    private static String number(String digits) {
        int power = digits.indexOf('e');
        return power < 0
                ? digits
                : digits.substring(0, power) + " \\cdot 10^{" + Integer.parseInt(digits.substring(power + 1)) + "}";
    }

    static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        for (char c : text.toCharArray()) {
            switch (c) {
                case '\\' -> escaped.append("\\backslash ");
                case '^' -> escaped.append("\\hat{}");
                case '_', '%', '#', '&', '{', '}', '$' -> escaped.append('\\').append(c);
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }
}
