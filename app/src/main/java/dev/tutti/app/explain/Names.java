package dev.tutti.app.explain;

import java.util.List;
import java.util.Locale;

/** Names that are nearly right. */
public final class Names {
    private Names() {}

    /**
     * Returns the name that begins with {@code text}, or else the one that takes the fewest insertions, deletions and changes of
     * letters to come from it.
     */
    public static String nearest(String text, List<String> names) {
        for (String name : names) {
            if (!text.isEmpty() && name.toLowerCase(Locale.ROOT).startsWith(text.toLowerCase(Locale.ROOT))) {
                return name;
            }
        }
        String best = names.get(0);
        int fewest = Integer.MAX_VALUE;
        for (String name : names) {
            int changes = distance(text.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
            if (changes < fewest) {
                fewest = changes;
                best = name;
            }
        }
        return best;
    }

    private static int distance(String a, String b) {
        int[] above = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(above[j - 1] + change, 1 + Math.min(above[j], row[j - 1]));
            }
            above = row;
        }
        return above[b.length()];
    }
}
