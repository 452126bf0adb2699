package dev.tutti.app.explain.page;

import static dev.tutti.app.explain.page.MathmlForm.escape;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A page as one HTML file that needs nothing else: formulas in MathML, pictures in SVG. */
public final class HtmlPage {
    private final StringBuilder out = new StringBuilder();
    private boolean inSection;

    private HtmlPage() {}

    /** Renders a page. */
    public static String of(Page page) {
        HtmlPage html = new HtmlPage();
        html.out
                .append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<meta name=\"color-scheme\" content=\"light dark\">\n<title>")
                .append(escape(page.name() + ": " + page.title()))
                .append("</title>\n<style>\n")
                .append(style())
                .append("</style>\n</head>\n<body>\n<main>\n<h1>")
                .append(escape(page.name()))
                .append("</h1>\n<p class=\"title\">")
                .append(escape(page.title()))
                .append("</p>\n");
        page.blocks().forEach(html::add);
        html.endSection();
        html.out.append("</main>\n</body>\n</html>\n");
        return html.out.toString();
    }

    private static String style() {
        try (InputStream in = HtmlPage.class.getResourceAsStream("page.css")) {
            if (in == null) {
                throw new IllegalStateException("resource missing from the program: page.css");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void add(Block block) {
        if (block instanceof Block.Heading heading) {
            endSection();
            out.append("<section>\n<h2>").append(escape(heading.text())).append("</h2>\n");
            inSection = true;
        } else if (block instanceof Block.Sentence sentence) {
            out.append("<p>").append(inline(sentence.text())).append("</p>\n");
        } else if (block instanceof Block.Remark remark) {
            String kind = switch (remark.kind()) {
                case SLIP -> "slip";
                case FLOAT32 -> "float32";
                case NOTE -> "note";
            };
            String lead = switch (remark.kind()) {
                case SLIP -> "<b>Slip</b> ";
                case FLOAT32 -> "<b>float32</b> ";
                case NOTE -> "";
            };
            out.append("<p class=\"")
                    .append(kind)
                    .append("\">")
                    .append(lead)
                    .append(escape(remark.text()))
                    .append("</p>\n");
        } else if (block instanceof Block.Formulas formulas) {
            formulas(formulas.lines());
        } else if (block instanceof Block.Table table) {
            table(table);
        } else if (block instanceof Block.Grid grid) {
            formulas(List.of(Block.line(
                    "", Formula.row(grid.name(), "=", grid.values()), Formula.word(grid.shape()))));
        } else if (block instanceof Block.Verbatim verbatim) {
            out.append("<pre>")
                    .append(escape(String.join("\n", verbatim.lines())))
                    .append("</pre>\n");
        } else if (block instanceof Block.Tree tree) {
            out.append(SvgTree.of(tree.root()));
        } else {
            out.append(SvgPicture.of(((Block.Picture) block).network()));
        }
    }

    private void endSection() {
        if (inSection) {
            out.append("</section>\n");
            inSection = false;
        }
    }

    private void formulas(List<Block.Line> lines) {
        out.append("<div class=\"formulas\">\n");
        for (Block.Line line : lines) {
            out.append("<div class=\"line\">");
            for (Formula column : line.columns()) {
                out.append("<span class=\"cell\">").append(cell(column)).append("</span>");
            }
            if (!line.source().isEmpty()) {
                out.append("<code class=\"source\">")
                        .append(escape(line.source()))
                        .append("</code>");
            }
            out.append("</div>\n");
        }
        out.append("</div>\n");
    }

    private void table(Block.Table table) {
        out.append("<div class=\"wide\"><table>\n<thead><tr>");
        table.head()
                .forEach(cell ->
                        out.append("<th scope=\"col\">").append(cell(cell)).append("</th>"));
        out.append("</tr></thead>\n<tbody>\n");
        for (Block.TableRow row : table.rows()) {
            out.append(row.faint() ? "<tr class=\"faint\">" : "<tr>");
            for (int c = 0; c < row.cells().size(); c++) {
                Formula cell = row.cells().get(c);
                String kind = cell instanceof Formula.Word ? " class=\"words\"" : "";
                out.append(c == 0 ? "<th scope=\"row\">" : "<td" + kind + ">")
                        .append(cell(cell))
                        .append(c == 0 ? "</th>" : "</td>");
            }
            out.append("</tr>\n");
        }
        out.append("</tbody>\n</table></div>\n");
    }

    private static String cell(Formula formula) {
        if (formula instanceof Formula.Row row && row.parts().isEmpty()) {
            return "";
        }
        return formula instanceof Formula.Word word ? escape(word.text()) : formulaLine(formula);
    }

    /** A long formula may break behind its equals signs. */
    private static String formulaLine(Formula formula) {
        if (!(formula instanceof Formula.Row row)) {
            return MathmlForm.math(formula);
        }
        StringBuilder text = new StringBuilder();
        List<Formula> piece = new ArrayList<>();
        for (Formula part : row.parts()) {
            boolean breaks = part instanceof Formula.Operator operator
                    && (operator.sign().equals("=") || operator.sign().equals("->"));
            if (breaks && !piece.isEmpty()) {
                text.append(MathmlForm.math(new Formula.Row(List.copyOf(piece))))
                        .append("<wbr>");
                piece.clear();
            }
            piece.add(part);
        }
        return text.append(MathmlForm.math(new Formula.Row(piece))).toString();
    }

    /** Words stay text; what is between them becomes mathematics. */
    private static String inline(Formula formula) {
        if (!(formula instanceof Formula.Row row)) {
            return cell(formula);
        }
        StringBuilder text = new StringBuilder();
        List<Formula> mathematics = new ArrayList<>();
        for (Formula part : row.parts()) {
            if (part instanceof Formula.Word word) {
                flush(mathematics, text);
                text.append(escape(word.text()).replace("   ", "\u2003"));
            } else {
                mathematics.add(part);
            }
        }
        flush(mathematics, text);
        return text.toString();
    }

    private static void flush(List<Formula> mathematics, StringBuilder text) {
        if (!mathematics.isEmpty()) {
            text.append(MathmlForm.math(new Formula.Row(List.copyOf(mathematics))));
            mathematics.clear();
        }
    }
}
