package dev.tutti.app.command;

import dev.tutti.config.Endpoint;
import dev.tutti.files.InputException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code HOST:PORT} from the command line. */
final class EndpointConverter implements ITypeConverter<Endpoint> {
    @Override
    public Endpoint convert(String text) {
        try {
            return Endpoint.parse(text);
        } catch (InputException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
