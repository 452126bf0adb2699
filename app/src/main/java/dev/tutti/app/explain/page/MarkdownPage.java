package dev.tutti.app.explain.page;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** A page as Markdown, formulas in LaTeX: {@code $} in the line, {@code $$} on lines of their own. */
public final class MarkdownPage {
    private final StringBuilder out = new StringBuilder();

    private MarkdownPage() {}

    /** Renders a page. */
    public static String of(Page page) {
        MarkdownPage markdown = new MarkdownPage();
        markdown.out
                .append("# ")
                .append(escape(page.name()))
                .append("\n\n")
                .append(escape(page.title()))
                .append("\n");
        page.blocks().forEach(markdown::add);
        return markdown.out.toString();
    }

    private void add(Block block) {
        out.append("\n");
        if (block instanceof Block.Heading heading) {
            out.append("## ").append(escape(heading.text())).append("\n");
        } else if (block instanceof Block.Sentence sentence) {
            out.append(inline(sentence.text())).append("\n");
        } else if (block instanceof Block.Remark remark) {
            String lead = switch (remark.kind()) {
                case SLIP -> "**!** ";
                case FLOAT32 -> "**float32.** ";
                case NOTE -> "";
            };
            out.append("> ").append(lead).append(escape(remark.text())).append("\n");
        } else if (block instanceof Block.Formulas formulas) {
            formulas(formulas.lines());
        } else if (block instanceof Block.Table table) {
            row(table.head());
            row(Collections.nCopies(table.head().size(), Formula.word("---")));
            table.rows().forEach(row -> row(row.cells()));
        } else if (block instanceof Block.Grid grid) {
            out.append("$$\n")
                    .append(LatexForm.of(Formula.row(grid.name(), "=", grid.values())))
                    .append("\n$$\n");
        } else if (block instanceof Block.Verbatim verbatim) {
            verbatim(verbatim.lines());
        } else if (block instanceof Block.Tree tree) {
            verbatim(tree.root().lines());
        } else {
            out.setLength(out.length() - 1);
        }
    }

    private void verbatim(List<String> lines) {
        out.append("```\n").append(String.join("\n", lines)).append("\n```\n");
    }

    private void formulas(List<Block.Line> lines) {
        out.append("$$\n\\begin{aligned}\n");
        List<String> rows = new ArrayList<>();
        for (Block.Line line : lines) {
            rows.add("& " + line.columns().stream().map(LatexForm::of).collect(Collectors.joining(" & \\quad & ")));
        }
        out.append(String.join(" \\\\\n", rows)).append("\n\\end{aligned}\n$$\n");
        List<String> sources = lines.stream()
                .map(Block.Line::source)
                .filter(source -> !source.isEmpty())
                .distinct()
                .toList();
        if (!sources.isEmpty()) {
            out.append("\nComputed by ")
                    .append(sources.stream().map(source -> "`" + source + "`").collect(Collectors.joining(", ")))
                    .append(".\n");
        }
    }

    private void row(List<Formula> cells) {
        out.append("|");
        for (Formula cell : cells) {
            String text = inline(cell);
            out.append(text.isEmpty() ? " |" : " " + text + " |");
        }
        out.append("\n");
    }

    /** Words stay text; what is between them becomes mathematics. */
    private static String inline(Formula formula) {
        if (formula instanceof Formula.Word word) {
            return escape(word.text());
        }
        if (!(formula instanceof Formula.Row row)) {
            return "$" + LatexForm.of(formula) + "$";
        }
        StringBuilder text = new StringBuilder();
        List<Formula> mathematics = new ArrayList<>();
        for (Formula part : row.parts()) {
            if (part instanceof Formula.Word word) {
                flush(mathematics, text);
                text.append(escape(word.text()));
            } else {
                mathematics.add(part);
            }
        }
        flush(mathematics, text);
        return text.toString();
    }

    private static void flush(List<Formula> mathematics, StringBuilder text) {
        if (!mathematics.isEmpty()) {
            text.append("$")
                    .append(LatexForm.of(new Formula.Row(List.copyOf(mathematics)))
                            .strip())
                    .append("$");
            mathematics.clear();
        }
    }

    private static String escape(String text) {
        return text.replace("\\", "\\\\")
                .replace("|", "\\|")
                .replace("*", "\\*")
                .replace("_", "\\_")
                .replace("<", "&lt;")
                .replace("$", "\\$");
    }
}
