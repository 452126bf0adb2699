package dev.tutti.app.explain.page;

/** Where a negative number needs brackets to be read well. */
final class Signs {
    private Signs() {}

    /** Whether a word is a whole number or a minus sign, and no word. */
    static boolean isMathematics(Formula.Word word) {
        return word.text().equals("-") || word.text().matches("[0-9]+([.][0-9]+)?");
    }

    /** Whether {@code part} is a negative number right behind an operation. */
    static boolean needsBracket(Formula before, Formula part) {
        return before instanceof Formula.Operator operator
                && "+-*".contains(operator.sign())
                && part instanceof Formula.Number number
                && number.digits().startsWith("-");
    }
}
