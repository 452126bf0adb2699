package dev.tutti.app.explain.page;

import static dev.tutti.app.explain.page.MathmlForm.escape;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A page as one HTML file that needs nothing else: formulas in MathML, pictures in SVG. */
public final class HtmlPage {
    /** Of numbers, beside the name of the row: as many as fit on paper. */
    private static final int MOST_COLUMNS = 9;

    private static final Pattern INDEX = Pattern.compile("\\b([A-Za-z]{1,5})_([0-9a-z]{1,2})(?![A-Za-z0-9])");
    private static final Pattern EXPONENT = Pattern.compile("\\^(\\([^)\\s]*\\)T?|\\[[^\\]\\s]*]T?|[A-Za-z0-9]+)");
    private static final Pattern GREEK = Pattern.compile("\\b(alpha|beta|delta|eta|lambda|sigma)(?![A-Za-z])");

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
            out.append("<section>\n<h2>").append(withSigns(heading.text())).append("</h2>\n");
            inSection = true;
        } else if (block instanceof Block.Sentence sentence) {
            out.append("<p>").append(inline(sentence.text())).append("</p>\n");
        } else if (block instanceof Block.Remark remark) {
            String kind = switch (remark.kind()) {
                case SLIP -> "slip";
                case FLOAT32 -> "float32";
                case NOTE -> "note";
            };
            String lead = remark.kind() == Block.Kind.FLOAT32 ? "<b>float32</b> " : "";
            out.append("<p class=\"")
                    .append(kind)
                    .append("\">")
                    .append(lead)
                    .append(withSigns(remark.text()))
                    .append("</p>\n");
        } else if (block instanceof Block.Formulas formulas) {
            formulas(formulas.lines());
        } else if (block instanceof Block.Table table) {
            table(table);
        } else if (block instanceof Block.Grid grid) {
            formulas(List.of(Block.line("", Formula.row(grid.name(), "=", grid.values()), Formula.word(grid.shape()))));
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

    /** A table that is too wide for paper is shown in pieces, each with the first column. */
    private void table(Block.Table table) {
        int columns = table.head().size() - 1;
        int pieces = Math.max(1, (columns + MOST_COLUMNS - 1) / MOST_COLUMNS);
        for (int piece = 0; piece < pieces; piece++) {
            piece(table, 1 + columns * piece / pieces, 1 + columns * (piece + 1) / pieces);
        }
    }

    private void piece(Block.Table table, int from, int end) {
        out.append("<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">")
                .append(cell(table.head().get(0)))
                .append("</th>");
        for (int c = from; c < end; c++) {
            String kind = !table.isNumbers(c) ? " class=\"words\"" : "";
            out.append("<th scope=\"col\"" + kind + ">")
                    .append(cell(table.head().get(c)))
                    .append("</th>");
        }
        out.append("</tr></thead>\n<tbody>\n");
        for (Block.TableRow row : table.rows()) {
            out.append(row.faint() ? "<tr class=\"faint\">" : "<tr>")
                    .append("<th scope=\"row\">")
                    .append(cell(row.cells().get(0)))
                    .append("</th>");
            for (int c = from; c < end; c++) {
                String kind = !table.isNumbers(c) ? " class=\"words\"" : "";
                out.append("<td" + kind + ">").append(cell(row.cells().get(c))).append("</td>");
            }
            out.append("</tr>\n");
        }
        out.append("</tbody>\n</table></div>\n");
    }

    /** Words, in which {@code delta_2^(1)} becomes a letter with its indices. */
    static String withSigns(String text) {
        String html = escape(text);
        html = INDEX.matcher(html).replaceAll("$1<sub>$2</sub>");
        html = EXPONENT.matcher(html).replaceAll("<sup>$1</sup>");
        return GREEK.matcher(html).replaceAll(match -> Greek.letter(match.group()));
    }

    private static String cell(Formula formula) {
        if (formula instanceof Formula.Row row && row.parts().isEmpty()) {
            return "";
        }
        return formula instanceof Formula.Word word ? withSigns(word.text()) : formulaLine(formula);
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
                text.append(withSigns(word.text()).replace("   ", "\u2003"));
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
