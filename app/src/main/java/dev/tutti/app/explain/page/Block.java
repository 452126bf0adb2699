package dev.tutti.app.explain.page;

import java.util.Arrays;
import java.util.List;

/** A part of a page, from top to bottom. */
public sealed interface Block {
    /** The title of a step. */
    record Heading(String text) implements Block {}

    /** A sentence, with formulas among the words. */
    record Sentence(Formula text) implements Block {}

    /** Something to take note of. */
    record Remark(Kind kind, String text) implements Block {}

    /** Kinds of remarks. */
    enum Kind {
        /** What is good to know. */
        NOTE,
        /** What is printed elsewhere, and wrong there. */
        SLIP,
        /** What float32 does to the numbers. */
        FLOAT32
    }

    /** Formulas one below the other, their columns aligned. */
    record Formulas(List<Line> lines) implements Block {}

    /**
     * A line of formulas.
     *
     * @param columns side by side
     * @param source what computes it, such as {@code ScalarKernel.forward}; empty if nothing does
     */
    record Line(List<Formula> columns, String source) {}

    /**
     * A table of numbers.
     *
     * @param head titles of the columns
     * @param rows the rows
     */
    record Table(List<Formula> head, List<TableRow> rows) implements Block {
        /** Whether there are numbers in a column, so that it stands to the right, with its title. */
        boolean isNumbers(int column) {
            return rows.stream()
                    .map(row -> row.cells().get(column))
                    .anyMatch(cell -> !(cell instanceof Formula.Word) && cell != Formula.EMPTY);
        }
    }

    /**
     * A row of a table; the first cell is its name.
     *
     * @param cells as many as the head has
     * @param faint whether it stands behind the others, as a check does
     */
    record TableRow(List<Formula> cells, boolean faint) {}

    /**
     * A matrix with its name.
     *
     * @param name such as {@code W[1]}
     * @param values its elements
     */
    record Grid(Formula name, Formula.Matrix values) implements Block {
        /** Rows and columns, such as {@code (2 x 4)}. */
        public String shape() {
            return "(" + values.rows().size() + " x " + values.rows().get(0).size() + ")";
        }
    }

    /** Lines of text that stay as they are: a drawing, a command, a source. */
    record Verbatim(List<String> lines) implements Block {}

    /** A tree of sums; drawn where that can be done. */
    record Tree(SumTree root) implements Block {}

    /** A picture; text and Markdown leave it out, since all its numbers are on the page as well. */
    record Picture(NetworkPicture network) implements Block {}

    /** A sentence. */
    static Sentence sentence(Object... parts) {
        return new Sentence(Formula.row(parts));
    }

    /** A line. */
    static Line line(String source, Formula... columns) {
        return new Line(List.of(columns), source);
    }

    /** A row of a table. */
    static TableRow row(Formula... cells) {
        return new TableRow(List.of(cells), false);
    }

    /** A note. */
    static Remark note(String text) {
        return new Remark(Kind.NOTE, text);
    }

    /** Lines that stay as they are. */
    static Verbatim verbatim(String... lines) {
        return new Verbatim(Arrays.asList(lines));
    }
}
