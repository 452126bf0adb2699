package dev.tutti.app.explain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tutti.app.explain.page.Explanation;
import dev.tutti.app.explain.page.HtmlPage;
import dev.tutti.app.explain.page.MarkdownPage;
import dev.tutti.app.explain.page.TextPage;

/** The forms of an explanation. */
public enum Form {
    /** Plain text of 80 columns. */
    TEXT,
    /** Markdown, formulas in LaTeX. */
    MARKDOWN,
    /** One HTML file, formulas in MathML. */
    HTML,
    /** The numbers as one JSON object. */
    JSON;

    /**
     * Renders an explanation.
     *
     * @param explanation what to show
     * @param colours whether text is for a terminal that shows colours
     */
    public String of(Explanation explanation, boolean colours) {
        return switch (this) {
            case TEXT -> TextPage.of(explanation.page(), colours);
            case MARKDOWN -> MarkdownPage.of(explanation.page());
            case HTML -> HtmlPage.of(explanation.page());
            case JSON -> json(explanation);
        };
    }

    private static String json(Explanation explanation) {
        try {
            return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(explanation.values()) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
