package dev.tutti.app.report;

/** HTML under construction. Whatever comes from a run goes in by {@link #text}, which makes markup of nothing. */
final class Html {
    private final StringBuilder out = new StringBuilder();

    /** Adds markup. */
    Html raw(String markup) {
        out.append(markup);
        return this;
    }

    /** Adds text, also fit for the value of an attribute in quotes. */
    Html text(String text) {
        out.append(escaped(text));
        return this;
    }

    /** Adds an element with text alone. */
    Html element(String name, String text) {
        return raw("<" + name + ">").text(text).raw("</" + name.split(" ", 2)[0] + ">");
    }

    /** Adds what was made elsewhere. */
    Html add(Html other) {
        out.append(other.out);
        return this;
    }

    static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                case '\n', '\t' -> escaped.append(c);
                default -> escaped.append(Character.isISOControl(c) ? '\ufffd' : c);
            }
        }
        return escaped.toString();
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
