package dev.tutti.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValueFactory;
import dev.tutti.files.InputException;
import dev.tutti.files.Range;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A form of values: how they are read from text, and what stands for them in a file.
 *
 * @param <T> type of the values
 * @param allowed the values in words; empty where help need not list them
 * @param parser reads a value
 * @param writer makes of a value what HOCON knows: text, a number, a truth value or a list
 */
record Form<T>(String allowed, Parser<T> parser, Function<T, Object> writer) {
    private static final Duration LONGEST = Duration.ofDays(365);

    /** Reads a value. */
    @FunctionalInterface
    interface Parser<T> {
        T parse(String text) throws BadValueException;
    }

    /** A text that stands for no value. */
    static final class BadValueException extends Exception {
        private static final long serialVersionUID = 1L;

        /**
         * @param problem what is wrong
         * @param text the part of the text that is wrong
         * @param allowed what would be right
         */
        BadValueException(String problem, String text, String allowed) {
            super(problem + ": \"" + text + "\", allowed: " + allowed);
        }

        private BadValueException(InputException problem) {
            super(problem.getMessage(), problem);
        }
    }

    /** Any text. */
    static Form<String> text() {
        return new Form<>("", text -> text, text -> text);
    }

    /** Text of a pattern. */
    static Form<String> text(String pattern, String allowed) {
        return new Form<>(
                "",
                text -> {
                    if (!text.matches(pattern)) {
                        throw new BadValueException("unknown value", text, allowed);
                    }
                    return text;
                },
                text -> text);
    }

    /** A path, relative to the working directory. */
    static Form<Path> path() {
        return new Form<>(
                "",
                text -> {
                    try {
                        return Path.of(text);
                    } catch (InvalidPathException e) {
                        throw new BadValueException("not a path", text, "names that the file system can have");
                    }
                },
                Path::toString);
    }

    /** Whole numbers of 32 bits. */
    static Form<Integer> integer(Range range) {
        return new Form<>("", text -> parseInteger(text, range), number -> number);
    }

    private static int parseInteger(String text, Range range) throws BadValueException {
        long value;
        try {
            value = Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new BadValueException("not a whole number", text, range.allowed());
        }
        if (value != (int) value || !range.contains(value)) {
            throw new BadValueException("out of range", text, range.allowed());
        }
        return (int) value;
    }

    /** Whole numbers with commas between; {@code none} is no number at all. */
    static Form<List<Integer>> integers(Range range) {
        return new Form<>(
                "",
                text -> {
                    List<Integer> numbers = new ArrayList<>();
                    if (!text.equals("none")) {
                        for (String part : text.split(",", -1)) {
                            numbers.add(parseInteger(part.strip(), range));
                        }
                    }
                    return List.copyOf(numbers);
                },
                numbers -> numbers.isEmpty() ? "none" : numbers);
    }

    /** Whole numbers of 64 bits. */
    static Form<Long> wide() {
        return new Form<>(
                "",
                text -> {
                    try {
                        return Long.parseLong(text);
                    } catch (NumberFormatException e) {
                        throw new BadValueException("not a whole number", text, "whole numbers of 64 bits");
                    }
                },
                number -> number);
    }

    /** Numbers in double precision. */
    static Form<Double> decimal(Range range) {
        return new Form<>("", text -> parseDecimal(text, range, Double::doubleValue), number -> number);
    }

    /** Numbers in single precision: the range is that of the number after rounding. */
    static Form<Float> single(Range range) {
        return new Form<>(
                "",
                text -> (float) parseDecimal(text, range, number -> (double) number.floatValue()),
                // The shortest decimal number that reads as this float again.
                number -> Double.valueOf(Float.toString(number)));
    }

    private static double parseDecimal(String text, Range range, Function<Double, Double> rounding)
            throws BadValueException {
        double value;
        try {
            value = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new BadValueException("not a number", text, range.allowed());
        }
        if (!range.contains(rounding.apply(value))) {
            throw new BadValueException("out of range", text, range.allowed());
        }
        return value;
    }

    /** Address of a server. */
    static Form<URI> url() {
        return new Form<>(
                "",
                text -> {
                    try {
                        URI url = new URI(text);
                        if (url.getHost() != null
                                && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
                            return url;
                        }
                    } catch (URISyntaxException e) {
                        // Said below.
                    }
                    throw new BadValueException("not an address", text, "http or https, such as http://127.0.0.1:5000");
                },
                URI::toString);
    }

    /** On or off. */
    static Form<Boolean> flag() {
        return new Form<>(
                "on, off",
                text -> switch (text.toLowerCase(Locale.ROOT)) {
                    case "on", "true", "yes" -> true;
                    case "off", "false", "no" -> false;
                    default -> throw new BadValueException("unknown value", text, "on, off");
                },
                flag -> flag);
    }

    /** One of some values with names. */
    static <E> Form<E> choice(List<E> values, Function<E, String> name) {
        String allowed = values.stream().map(name).collect(Collectors.joining(", "));
        return new Form<>(
                allowed,
                text -> {
                    for (E value : values) {
                        if (name.apply(value).equals(text)) {
                            return value;
                        }
                    }
                    throw new BadValueException("unknown value", text, allowed);
                },
                name::apply);
    }

    /** One of the constants of an enum. */
    static <E extends Enum<E>> Form<E> choice(Class<E> type, Function<E, String> name) {
        return choice(Arrays.asList(type.getEnumConstants()), name);
    }

    /** A time such as {@code 500ms}, {@code 60s} or {@code 2m}. */
    static Form<Duration> duration() {
        return new Form<>("", Form::parseDuration, Form::writeDuration);
    }

    private static String writeDuration(Duration duration) {
        boolean whole = duration.toNanos() % 1_000_000 == 0;
        return whole ? duration.toMillis() + "ms" : duration.toNanos() + "ns";
    }

    private static Duration parseDuration(String text) throws BadValueException {
        Duration duration;
        try {
            duration = ConfigValueFactory.fromAnyRef(text).atKey("time").getDuration("time");
        } catch (ConfigException e) {
            throw new BadValueException("not a time", text, "a number with a unit, such as 500ms, 60s or 2m");
        }
        if (duration.isNegative() || duration.isZero() || duration.compareTo(LONGEST) > 0) {
            throw new BadValueException("out of range", text, "above 0, such as 60s, up to " + LONGEST.toDays() + "d");
        }
        return duration;
    }

    /** {@code HOST:PORT}. */
    static Form<Endpoint> endpoint() {
        return new Form<>(
                "",
                text -> {
                    try {
                        return Endpoint.parse(text);
                    } catch (InputException e) {
                        throw new BadValueException(e);
                    }
                },
                Endpoint::toString);
    }
}
