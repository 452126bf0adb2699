package dev.tutti.app.explain.page;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** A page as text that fits 80 columns. */
public final class TextPage {
    /** Longest line. */
    public static final int WIDTH = 80;

    private static final String GAP = "   ";
    private static final String INDENT = "  ";
    private static final String CONTINUATION = "        ";
    private static final int SOURCE_COLUMN = 52;

    private final boolean colours;
    private final List<String> lines = new ArrayList<>();

    private TextPage(boolean colours) {
        this.colours = colours;
    }

    /**
     * Renders a page.
     *
     * @param page what to show
     * @param colours whether to mark titles, slips and checks with colours of a terminal
     */
    public static String of(Page page, boolean colours) {
        TextPage text = new TextPage(colours);
        text.wrapped(page.name() + ": " + page.title(), "", Colour.TITLE);
        page.blocks().forEach(text::add);
        return String.join("\n", text.lines) + "\n";
    }

    /** A line for each name and what it is, which goes on below itself where it is long. */
    public static List<String> list(List<String> names, List<String> titles) {
        int width = names.stream().mapToInt(String::length).max().orElse(0) + 2;
        TextPage text = new TextPage(false);
        for (int i = 0; i < names.size(); i++) {
            text.wrapped(padded(names.get(i), width) + titles.get(i), " ".repeat(width), Colour.NONE);
        }
        return text.lines;
    }

    private void add(Block block) {
        if (block instanceof Block.Heading heading) {
            lines.add("");
            wrapped(heading.text(), "", Colour.TITLE);
        } else if (block instanceof Block.Sentence sentence) {
            wrapped(TextForm.of(sentence.text()), "", Colour.NONE);
        } else if (block instanceof Block.Remark remark) {
            switch (remark.kind()) {
                case SLIP -> wrapped(INDENT + "! " + remark.text(), INDENT + "  ", Colour.SLIP);
                case FLOAT32 -> wrapped(INDENT + "float32: " + remark.text(), INDENT + INDENT, Colour.FAINT);
                case NOTE -> wrapped(INDENT + "- " + remark.text(), INDENT + "  ", Colour.NONE);
            }
        } else if (block instanceof Block.Formulas formulas) {
            formulas(formulas.lines());
        } else if (block instanceof Block.Table table) {
            table(table);
        } else if (block instanceof Block.Grid grid) {
            grid(grid);
        } else if (block instanceof Block.Verbatim verbatim) {
            verbatim.lines().forEach(line -> lines.add(INDENT + line));
        } else if (block instanceof Block.Tree tree) {
            tree.root().lines().forEach(line -> lines.add(INDENT + line));
        }
    }

    private void formulas(List<Block.Line> block) {
        int columns =
                block.stream().mapToInt(line -> line.columns().size()).max().orElse(0);
        int[] widths = new int[columns];
        for (Block.Line line : block) {
            for (int c = 0; c < line.columns().size(); c++) {
                widths[c] =
                        Math.max(widths[c], TextForm.of(line.columns().get(c)).length());
            }
        }
        boolean fits = INDENT.length() + IntStream.of(widths).sum() + (columns - 1) * GAP.length() <= WIDTH;
        for (Block.Line line : block) {
            StringBuilder row = new StringBuilder();
            for (int c = 0; c < line.columns().size(); c++) {
                String cell = TextForm.of(line.columns().get(c));
                if (fits) {
                    row.append(c == 0 ? "" : GAP)
                            .append(padded(cell, c == line.columns().size() - 1 ? 0 : widths[c]));
                } else {
                    wrapped((c == 0 ? INDENT : INDENT + INDENT) + cell, CONTINUATION, Colour.NONE);
                }
            }
            if (fits) {
                lines.add((INDENT + row).stripTrailing());
            }
            if (!line.source().isEmpty()) {
                int at = Math.min(SOURCE_COLUMN, WIDTH - 3 - line.source().length());
                lines.add(Colour.FAINT.on(colours, " ".repeat(Math.max(0, at)) + "-> " + line.source()));
            }
        }
    }

    private void grid(Block.Grid grid) {
        int width = grid.values().rows().stream()
                .flatMap(List::stream)
                .mapToInt(cell -> TextForm.of(cell).length())
                .max()
                .orElse(0);
        lines.add(INDENT + TextForm.of(grid.name()) + GAP + grid.shape());
        for (List<Formula> row : grid.values().rows()) {
            StringBuilder line = new StringBuilder(INDENT);
            for (Formula cell : row) {
                String text = TextForm.of(cell);
                line.append("  ").append(" ".repeat(width - text.length())).append(text);
            }
            lines.add(line.toString());
        }
    }

    /** The first column is repeated where a table is too wide for one piece. */
    private void table(Block.Table table) {
        int columns = table.head().size();
        int[] widths = new int[columns];
        boolean[] numbers = new boolean[columns];
        for (int c = 0; c < columns; c++) {
            widths[c] = TextForm.of(table.head().get(c)).length();
            numbers[c] = table.isNumbers(c);
            for (Block.TableRow row : table.rows()) {
                widths[c] = Math.max(widths[c], TextForm.of(row.cells().get(c)).length());
            }
        }
        int from = 1;
        while (from < columns || columns == 1 && from == 1) {
            int end = from;
            int width = INDENT.length() + widths[0];
            while (end < columns && width + 2 + widths[end] <= WIDTH) {
                width += 2 + widths[end];
                end++;
            }
            end = Math.min(columns, Math.max(end, from + 1));
            piece(table.head(), widths, numbers, from, end, false);
            for (Block.TableRow row : table.rows()) {
                piece(row.cells(), widths, numbers, from, end, row.faint());
            }
            from = end;
            if (columns == 1) {
                return;
            }
        }
    }

    private void piece(List<Formula> cells, int[] widths, boolean[] numbers, int from, int end, boolean faint) {
        StringBuilder line = new StringBuilder(INDENT).append(padded(TextForm.of(cells.get(0)), widths[0]));
        for (int c = from; c < end; c++) {
            String cell = TextForm.of(cells.get(c));
            line.append("  ");
            line.append(numbers[c] ? " ".repeat(widths[c] - cell.length()) + cell : padded(cell, widths[c]));
        }
        lines.add(
                (faint ? Colour.FAINT : Colour.NONE).on(colours, line.toString().stripTrailing()));
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    /** Breaks between words; a word that is longer than a line stays whole. */
    private void wrapped(String text, String indent, Colour colour) {
        String rest = text;
        while (rest.length() > WIDTH) {
            int start = rest.length() - rest.stripLeading().length();
            int at = rest.lastIndexOf(' ', WIDTH);
            if (at <= start) {
                at = rest.indexOf(' ', WIDTH);
                if (at < 0) {
                    break;
                }
            }
            lines.add(colour.on(colours, rest.substring(0, at).stripTrailing()));
            rest = indent + rest.substring(at).stripLeading();
        }
        lines.add(colour.on(colours, rest));
    }

    /** What a line is marked with. */
    private enum Colour {
        NONE(""),
        TITLE("1"),
        SLIP("33"),
        FAINT("2");

        private final String code;

        Colour(String code) {
            this.code = code;
        }

        String on(boolean colours, String line) {
            return colours && !code.isEmpty() ? "\u001b[" + code + "m" + line + "\u001b[0m" : line;
        }
    }
}
