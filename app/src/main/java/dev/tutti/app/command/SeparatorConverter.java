package dev.tutti.app.command;

import dev.tutti.data.Separators;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads what separates the cells of a CSV. */
final class SeparatorConverter implements ITypeConverter<Character> {
    @Override
    public Character convert(String text) {
        char separator = Separators.of(text);
        if (separator == 0) {
            throw new TypeConversionException("not a separator: \"" + text + "\", allowed: " + Separators.ALLOWED);
        }
        return separator;
    }
}
