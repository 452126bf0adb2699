package dev.tutti.files;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A JSON object under construction, keys in the order given. What is not known (NaN, infinity, absent) is left out. */
public final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final Map<String, Object> values = new LinkedHashMap<>();

    /** Adds a text. */
    public Json put(String key, String value) {
        values.put(key, value);
        return this;
    }

    /** Adds a text, if there is one. */
    public Json put(String key, Optional<String> value) {
        value.ifPresent(text -> values.put(key, text));
        return this;
    }

    /** Adds a whole number. */
    public Json put(String key, long value) {
        values.put(key, value);
        return this;
    }

    /** Adds a number, unless it is NaN or infinite. */
    public Json put(String key, double value) {
        if (Double.isFinite(value)) {
            values.put(key, value);
        }
        return this;
    }

    /** Adds a table of whole numbers. */
    public Json put(String key, int[][] table) {
        values.put(key, table);
        return this;
    }

    /** Adds a list of texts. */
    public Json put(String key, List<String> texts) {
        values.put(key, texts);
        return this;
    }

    /** Adds a list of objects. */
    public Json putObjects(String key, List<Json> objects) {
        values.put(key, objects);
        return this;
    }

    /** Adds an object. */
    public Json putObject(String key, Json object) {
        values.put(key, object);
        return this;
    }

    /** Returns the object as one line. */
    public String line() {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = FACTORY.createGenerator(text)) {
            write(out, this);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator out, Object value) throws IOException {
        if (value instanceof Json object) {
            out.writeStartObject();
            for (Map.Entry<String, Object> entry : object.values.entrySet()) {
                out.writeFieldName(entry.getKey());
                write(out, entry.getValue());
            }
            out.writeEndObject();
        } else if (value instanceof Long number) {
            out.writeNumber(number);
        } else if (value instanceof Double number) {
            out.writeNumber(number);
        } else if (value instanceof int[][] table) {
            out.writeStartArray();
            for (int[] row : table) {
                out.writeArray(row, 0, row.length);
            }
            out.writeEndArray();
        } else if (value instanceof List<?> list) {
            out.writeStartArray();
            for (Object element : list) {
                write(out, element);
            }
            out.writeEndArray();
        } else {
            out.writeString(value.toString());
        }
    }
}
