package dev.tutti.data;

/** What was found in one column of a CSV, or in a piece of it. Owned by one thread. */
final class CsvColumn {
    private static final long NOWHERE = Long.MAX_VALUE;

    /** The levels that were known before; nothing is added to them. */
    private final Levels known;

    /** Levels that are not among those; made when there is one, as there may be very many columns of numbers. */
    private Levels fresh;

    private long numbers;
    private long words;
    private long missing;
    private long unfit;
    private long firstUnfit = NOWHERE;
    private String unfitText = "";
    private long firstMissing = NOWHERE;
    private boolean tooManyLevels;

    CsvColumn(Levels known) {
        this.known = known;
    }

    /** Takes a cell of a column of numbers; returns it, or NaN if it holds none. */
    float number(CsvCursor cell, long place) {
        float value = cell.number();
        if (Float.isFinite(value)) {
            numbers++;
            return value;
        }
        takeOther(cell, value, place);
        return Float.NaN;
    }

    /** Takes a cell of a column of levels; returns the number of its level, or NaN where there is none. */
    float level(CsvCursor cell, long place, byte decimal) {
        int level = cell.find(known);
        if (level >= 0) {
            count(known.isNumber(level), cell, place);
            return level;
        }
        level = fresh == null ? -1 : cell.find(fresh);
        if (level >= 0) {
            count(fresh.isNumber(level), cell, place);
            return known.size() + level;
        }
        if (cell.isMissing()) {
            takeMissing(place);
            return Float.NaN;
        }
        fresh = fresh == null ? new Levels() : fresh;
        if (known.size() + fresh.size() >= Levels.MOST) {
            tooManyLevels = true;
            number(cell, place);
            return Float.NaN;
        }
        level = cell.add(fresh, place);
        count(fresh.isNumber(level), cell, place);
        return known.size() + level;
    }

    private void count(boolean number, CsvCursor cell, long place) {
        if (number) {
            numbers++;
            return;
        }
        words++;
        if (firstUnfit == NOWHERE) {
            firstUnfit = place;
            unfitText = cell.text();
        }
    }

    private void takeOther(CsvCursor cell, float value, long place) {
        if (cell.isMissing()) {
            takeMissing(place);
            return;
        }
        String text = firstUnfit == NOWHERE ? cell.text() : "";
        if (firstUnfit == NOWHERE) {
            firstUnfit = place;
            unfitText = text;
        }
        if (Float.isNaN(value) && !Cell.isInfinity(text)) {
            words++;
        } else {
            unfit++;
        }
    }

    private void takeMissing(long place) {
        missing++;
        if (firstMissing == NOWHERE) {
            firstMissing = place;
        }
    }

    /**
     * Adds what was found in the next piece, whose new levels become known.
     *
     * @return for each new level of the piece, its number from now on; null if there are too many
     */
    int[] merge(CsvColumn next, byte decimal) {
        numbers += next.numbers;
        words += next.words;
        missing += next.missing;
        unfit += next.unfit;
        if (firstUnfit == NOWHERE) {
            firstUnfit = next.firstUnfit;
            unfitText = next.unfitText;
        }
        firstMissing = Math.min(firstMissing, next.firstMissing);
        tooManyLevels |= next.tooManyLevels;
        int[] renumbered = new int[next.fresh == null ? 0 : next.fresh.size()];
        for (int level = 0; level < renumbered.length && !tooManyLevels; level++) {
            byte[] text = next.fresh.bytes(level);
            int found = known.find(text, 0, text.length);
            if (found < 0 && known.size() >= Levels.MOST) {
                tooManyLevels = true;
            } else {
                renumbered[level] = found >= 0 ? found : known.add(text, next.fresh.place(level), decimal);
            }
        }
        return tooManyLevels ? null : renumbered;
    }

    /** The levels of all that was merged. */
    Levels levels() {
        return known;
    }

    /** Cells with finite numbers. */
    long numbers() {
        return numbers;
    }

    /** Cells with words. */
    long words() {
        return words;
    }

    /** Cells without a value. */
    long missing() {
        return missing;
    }

    /** Whether something is no finite number. */
    boolean hasUnfit() {
        return words + unfit > 0;
    }

    /** Where the first cell is that is no finite number, and not missing. */
    long firstUnfit() {
        return firstUnfit;
    }

    /** What it holds. */
    String unfitText() {
        return unfitText;
    }

    /** Where the first cell without a value is. */
    long firstMissing() {
        return firstMissing;
    }

    /** Whether there are more different values than are told apart. */
    boolean hasTooManyLevels() {
        return tooManyLevels;
    }
}
