package dev.tutti.app.explain.page;

import java.util.List;
import java.util.stream.Collectors;

/** Formulas as MathML, without the {@code math} element around them. */
final class MathmlForm {
    private MathmlForm() {}

    static String math(Formula formula) {
        return "<math displaystyle=\"true\">" + of(formula) + "</math>";
    }

    static String of(Formula formula) {
        if (formula instanceof Formula.Symbol symbol) {
            return symbol(symbol);
        }
        if (formula instanceof Formula.Number number) {
            return number(number.digits());
        }
        if (formula instanceof Formula.Word word) {
            if (Signs.isMathematics(word)) {
                return word.text().equals("-") ? "<mo form=\"prefix\">\u2212</mo>" : "<mn>" + word.text() + "</mn>";
            }
            return word.text().isBlank()
                    ? "<mspace width=\"" + (word.text().length() == 1 ? "0.3em" : "1em") + "\"/>"
                    : "<mtext>" + escape(word.text().replace(' ', '\u00a0')) + "</mtext>";
        }
        if (formula instanceof Formula.Operator operator) {
            return "<mo>"
                    + switch (operator.sign()) {
                        case "*" -> "\u00b7";
                        case "o" -> "\u2218";
                        case "~" -> "\u2248";
                        case "->" -> "\u2192";
                        case "-" -> "\u2212";
                        default -> operator.sign();
                    }
                    + "</mo>";
        }
        if (formula instanceof Formula.Row row) {
            return row(row.parts());
        }
        if (formula instanceof Formula.Fraction fraction) {
            return "<mfrac>" + one(fraction.over()) + one(fraction.under()) + "</mfrac>";
        }
        if (formula instanceof Formula.Differential differential) {
            return "<mo>\u2202</mo>" + of(differential.of());
        }
        if (formula instanceof Formula.Call call) {
            return "<mi>" + escape(Greek.letter(call.function())) + "</mi><mo>(</mo>" + of(call.argument())
                    + "<mo>)</mo>";
        }
        if (formula instanceof Formula.Bracket bracket) {
            return "<mo>(</mo>" + of(bracket.inner()) + "<mo>)</mo>";
        }
        if (formula instanceof Formula.Total total) {
            return "<munder><mo>\u2211</mo><mi>" + total.index() + "</mi></munder>" + of(total.body());
        }
        if (formula instanceof Formula.Power power) {
            return "<msup>" + one(power.base()) + "<mn>" + escape(power.exponent()) + "</mn></msup>";
        }
        Formula.Matrix matrix = (Formula.Matrix) formula;
        return matrix.rows().stream()
                .map(row -> row.stream()
                        .map(cell -> "<mtd>" + of(cell) + "</mtd>")
                        .collect(Collectors.joining("", "<mtr>", "</mtr>")))
                .collect(Collectors.joining("", "<mtable class=\"matrix\">", "</mtable>"));
    }

    private static String one(Formula formula) {
        return "<mrow>" + of(formula) + "</mrow>";
    }

    private static String row(List<Formula> parts) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < parts.size(); i++) {
            String part = of(parts.get(i));
            boolean bracket = i > 0 && Signs.needsBracket(parts.get(i - 1), parts.get(i));
            text.append(bracket ? "<mo>(</mo>" + part + "<mo>)</mo>" : part);
        }
        return text.toString();
    }

    private static String symbol(Formula.Symbol symbol) {
        String base = symbol.base().equals("y-hat")
                ? "<mover><mi>y</mi><mo stretchy=\"false\">^</mo></mover>"
                : "<mi>" + escape(Greek.letter(symbol.base())) + "</mi>";
        String index = symbol.index().isEmpty() ? "" : "<mn>" + escape(symbol.index()) + "</mn>";
        String layer = symbol.layer().isEmpty()
                ? ""
                : "<mtext>" + escape(symbol.layer().replace("^", "")) + "</mtext>";
        if (index.isEmpty() && layer.isEmpty()) {
            return base;
        }
        if (layer.isEmpty()) {
            return "<msub>" + base + index + "</msub>";
        }
        return index.isEmpty()
                ? "<msup>" + base + layer + "</msup>"
                : "<msubsup>" + base + index + layer + "</msubsup>";
    }

    private static String number(String digits) {
        int power = digits.indexOf('e');
        if (power >= 0) {
            return "<mn>" + minus(digits.substring(0, power)) + "</mn><mo>\u00b7</mo><msup><mn>10</mn><mn>"
                    + minus(Integer.toString(Integer.parseInt(digits.substring(power + 1)))) + "</mn></msup>";
        }
        return "<mn>" + minus(digits) + "</mn>";
    }

    private static String minus(String digits) {
        return digits.replace('-', '\u2212');
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
