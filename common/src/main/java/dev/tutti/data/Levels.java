package dev.tutti.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The different values of a column, numbered in the order in which they were added. Open addressing over bytes: to look a cell up
 * makes no objects. Not thread-safe while something is added.
 */
final class Levels {
    /** More different values than this are not told apart. */
    static final int MOST = 1 << 16;

    /** None, for columns that have no levels; nothing may be added. */
    static final Levels NONE = new Levels();

    private static final int SMALL = 16;

    private final List<byte[]> texts = new ArrayList<>();
    private long[] places = new long[SMALL];
    private boolean[] numbers = new boolean[SMALL];
    private int[] hashes = new int[SMALL];
    private int[] slots = empty(4 * SMALL);

    private static int[] empty(int length) {
        int[] slots = new int[length];
        Arrays.fill(slots, -1);
        return slots;
    }

    int size() {
        return texts.size();
    }

    /** Text of a level. */
    String text(int level) {
        return CsvCursor.decode(texts.get(level), 0, texts.get(level).length, places[level] & CsvFile.LINES);
    }

    byte[] bytes(int level) {
        return texts.get(level);
    }

    /** Where it was seen first. */
    long place(int level) {
        return places[level];
    }

    /** Whether it is a finite number. */
    boolean isNumber(int level) {
        return numbers[level];
    }

    /** Returns the number of a level; -1 if there is none of this text. */
    int find(byte[] bytes, int from, int to) {
        int hash = hash(bytes, from, to);
        int mask = slots.length - 1;
        for (int slot = hash & mask; ; slot = (slot + 1) & mask) {
            int level = slots[slot];
            if (level < 0) {
                return -1;
            }
            if (hashes[level] == hash) {
                byte[] text = texts.get(level);
                if (Arrays.equals(text, 0, text.length, bytes, from, to)) {
                    return level;
                }
            }
        }
    }

    /**
     * Adds a level that is not there.
     *
     * @param text kept as it is
     * @param place where it was seen first
     * @param decimal mark of decimal numbers
     * @return its number
     */
    int add(byte[] text, long place, byte decimal) {
        int level = size();
        if (level == places.length) {
            places = Arrays.copyOf(places, 2 * level);
            numbers = Arrays.copyOf(numbers, 2 * level);
            hashes = Arrays.copyOf(hashes, 2 * level);
            slots = empty(8 * level);
            for (int other = 0; other < level; other++) {
                insert(other);
            }
        }
        texts.add(text);
        places[level] = place;
        numbers[level] = Float.isFinite(Decimal.parse(text, 0, text.length, decimal));
        hashes[level] = hash(text, 0, text.length);
        insert(level);
        return level;
    }

    private void insert(int level) {
        int mask = slots.length - 1;
        int slot = hashes[level] & mask;
        while (slots[slot] >= 0) {
            slot = (slot + 1) & mask;
        }
        slots[slot] = level;
    }

    private static int hash(byte[] bytes, int from, int to) {
        int hash = 0x811C9DC5;
        for (int i = from; i < to; i++) {
            hash = (hash ^ bytes[i]) * 0x01000193;
        }
        return hash ^ (hash >>> 15);
    }
}
