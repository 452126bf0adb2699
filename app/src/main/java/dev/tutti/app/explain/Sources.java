package dev.tutti.app.explain;

import dev.tutti.app.explain.page.Block;
import dev.tutti.app.explain.page.Explanation;
import dev.tutti.app.explain.page.Page;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The methods that compute what a page shows, as they are in the sources that this program was built from. */
final class Sources {
    private static final Map<String, String> FILES = Map.of(
            "ScalarKernel", "dev/tutti/kernel/ScalarKernel.java",
            "Sgd", "dev/tutti/optim/Sgd.java",
            "TreeSum", "dev/tutti/reduce/TreeSum.java",
            "WorkSplit", "dev/tutti/coordinator/plan/WorkSplit.java");
    private static final int WIDTH = 70;

    private Sources() {}

    /**
     * A method.
     *
     * @param file path below the source directory
     * @param firstLine number of its first line
     * @param lines its text, without the indentation of a member
     */
    record Method(String file, int firstLine, List<String> lines) {}

    /** Returns an explanation with the methods at its end that its formulas name. */
    static Explanation added(Explanation explanation) {
        Page page = explanation.page();
        Set<String> names = new LinkedHashSet<>();
        for (Block block : page.blocks()) {
            if (block instanceof Block.Formulas formulas) {
                formulas.lines().stream()
                        .map(Block.Line::source)
                        .filter(name -> !name.isEmpty())
                        .forEach(names::add);
            }
        }
        List<Block> more = new ArrayList<>();
        Map<String, Object> values = new LinkedHashMap<>();
        for (String name : names) {
            Method method = method(name);
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("file", method.file());
            one.put("line", method.firstLine());
            one.put("source", method.lines());
            values.put(name, one);
            more.add(new Block.Heading(name + ", "
                    + method.file().substring(method.file().lastIndexOf('/') + 1) + ", line " + method.firstLine()));
            List<String> code = new ArrayList<>();
            for (int i = 0; i < method.lines().size(); i++) {
                code.addAll(folded(method.firstLine() + i, method.lines().get(i)));
            }
            more.add(new Block.Verbatim(code));
        }
        Map<String, Object> all = new LinkedHashMap<>(explanation.values());
        all.put("sources", values);
        return new Explanation(page.with(more), all);
    }

    /**
     * Finds a method; of several with the same name the longest, which does the work.
     *
     * @param name class and method, such as {@code ScalarKernel.forward}
     */
    static Method method(String name) {
        String file = FILES.get(name.substring(0, name.indexOf('.')));
        String simple = name.substring(name.indexOf('.') + 1);
        List<String> lines = read(file).lines().toList();
        Pattern start = Pattern.compile("    [\\w<>\\[\\], .]*\\b" + simple + "\\(.*");
        Method best = new Method(file, 0, List.of());
        for (int i = 0; i < lines.size(); i++) {
            if (start.matcher(lines.get(i)).matches() && !lines.get(i).endsWith(";")) {
                int end = i;
                while (!lines.get(end).equals("    }")) {
                    end++;
                }
                if (end - i + 1 > best.lines().size()) {
                    best = new Method(
                            file,
                            i + 1,
                            lines.subList(i, end + 1).stream()
                                    .map(line -> line.isEmpty() ? line : line.substring(4))
                                    .toList());
                }
            }
        }
        if (best.lines().isEmpty()) {
            throw new IllegalStateException("no such method: " + name);
        }
        return best;
    }

    private static String read(String file) {
        try (InputStream in = Sources.class.getResourceAsStream("source/" + file)) {
            if (in == null) {
                throw new IllegalStateException("resource missing from the program: source/" + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A line with its number; a long one goes on below, further in. */
    private static List<String> folded(int number, String line) {
        List<String> folded = new ArrayList<>();
        String indent = " ".repeat(line.length() - line.stripLeading().length() + 8);
        String rest = line;
        String head = String.format("%4d  ", number);
        while (rest.length() > WIDTH) {
            int start = rest.length() - rest.stripLeading().length();
            int at = rest.lastIndexOf(' ', WIDTH);
            if (at <= start) {
                if (start == 0) {
                    break;
                }
                // Nowhere to break: further to the left.
                rest = rest.substring(Math.min(start, rest.length() - WIDTH));
                continue;
            }
            folded.add(head + rest.substring(0, at));
            rest = indent + rest.substring(at + 1);
            head = "      ";
        }
        folded.add(head + rest);
        return folded;
    }
}
