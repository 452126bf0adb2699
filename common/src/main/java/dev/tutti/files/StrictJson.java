package dev.tutti.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** Reads and writes the JSON of our files: strict, so that a damaged file is found out. */
public final class StrictJson {
    /** Nothing twice, nothing missing, nothing unknown, nothing after the end; enums in lower case. */
    public static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .build();

    private static final int LONGEST = 200;

    private StrictJson() {}

    /** Returns the first line of what Jackson says, without its notes on where the text came from. */
    public static String oneLine(JsonProcessingException e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = root instanceof JsonProcessingException json ? json.getOriginalMessage() : root.getMessage();
        return shown(String.valueOf(message));
    }

    /** Returns the first line of a text without control characters and cut short: fit for a message of one line. */
    public static String shown(String text) {
        String line = text.lines().findFirst().orElse("");
        StringBuilder shown = new StringBuilder();
        line.codePoints()
                .limit(LONGEST)
                .map(c -> Character.isISOControl(c) ? '?' : c)
                .forEach(shown::appendCodePoint);
        return shown.append(line.length() > LONGEST ? "..." : "").toString();
    }
}
