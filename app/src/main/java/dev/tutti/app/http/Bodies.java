package dev.tutti.app.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tutti.files.StrictJson;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What clients send, within limits. */
final class Bodies {
    static final String JSON = "application/json";
    static final String CSV = "text/csv";

    private static final long MOST_IGNORED_BYTES = 1 << 16;
    private static final long MOST_IGNORED_NS = TimeUnit.SECONDS.toNanos(2);

    private static final Pattern CHARSET = Pattern.compile("(?i)charset\\s*=\\s*\"?([^\";\\s]*)");

    private Bodies() {}

    /** The type of the body without its parameters, in lower case; empty if there is none. */
    static String type(Context context) {
        String type = Optional.ofNullable(context.header("Content-Type")).orElse("");
        return type.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT);
    }

    /** @throws Problem.Thrown if it is of another type */
    static void requireType(Context context, String... allowed) {
        String type = type(context);
        for (String one : allowed) {
            if (one.equals(type)) {
                return;
            }
        }
        throw new Problem.Thrown(415, "Content-Type: not what is taken here, allowed: " + String.join(", ", allowed));
    }

    /** The library fails wherever it looks at the type, if it knows no charset of that name. */
    static void requireCharset(Context context) {
        Matcher charset = CHARSET.matcher(
                Optional.ofNullable(context.header("Content-Type")).orElse(""));
        if (charset.find() && !charset.group(1).matches("(?i)utf-8|us-ascii")) {
            throw new Problem.Thrown(400, "Content-Type: a charset that is not taken here, allowed: utf-8");
        }
    }

    /** The whole body. */
    static byte[] bytes(Context context, int most) {
        return bytes(context, most, MOST_IGNORED_BYTES);
    }

    /** The whole body, of anybody: what is too much is not even read. */
    static byte[] bytesOfStrangers(Context context, int most) {
        return bytes(context, most, 0);
    }

    private static byte[] bytes(Context context, int most, long ignored) {
        byte[] body;
        try {
            InputStream in = context.req().getInputStream();
            body = in.readNBytes(most + 1);
            if (body.length > most) {
                drain(in, ignored);
            }
        } catch (IOException e) {
            throw new Problem.Thrown(400, "the body was not received as a whole");
        }
        if (body.length > most) {
            throw new Problem.Thrown(413, "the body is larger than is taken, allowed: up to " + most + " bytes");
        }
        return body;
    }

    /** Who still sends when the connection is closed may not get to see the answer; that is worth a moment, and no more. */
    private static void drain(InputStream in, long most) throws IOException {
        byte[] bytes = new byte[1 << 14];
        long endNs = System.nanoTime() + MOST_IGNORED_NS;
        for (long left = most; left > 0 && System.nanoTime() < endNs; ) {
            int count = in.read(bytes, 0, (int) Math.min(left, bytes.length));
            if (count < 0) {
                return;
            }
            left -= count;
        }
    }

    /** The body as a JSON object. */
    static ObjectNode object(byte[] body) {
        JsonNode read;
        try {
            read = StrictJson.MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            String at = e.getLocation() == null
                    ? ""
                    : ", line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            throw new Problem.Thrown(400, "the body" + at + ": not valid JSON: " + StrictJson.oneLine(e));
        } catch (IOException e) {
            throw new Problem.Thrown(400, "the body is not valid JSON");
        }
        if (!(read instanceof ObjectNode object)) {
            throw new Problem.Thrown(400, "the body is not a JSON object");
        }
        return object;
    }

    /** A whole number of the query. */
    static int number(Context context, String name, int fallback, int from, int to) {
        String text = context.queryParam(name);
        if (text == null) {
            return fallback;
        }
        if (text.matches("[0-9]{1,9}")) {
            int value = Integer.parseInt(text);
            if (value >= from && value <= to) {
                return value;
            }
        }
        throw new Problem.Thrown(400, name + ": out of range, allowed: whole numbers from " + from + " to " + to);
    }

    /** @throws Problem.Thrown if the query has a name that is not known */
    static void requireQuery(Context context, String... known) {
        for (String name : context.queryParamMap().keySet()) {
            if (!java.util.Arrays.asList(known).contains(name)) {
                throw new Problem.Thrown(
                        400,
                        "unknown parameter of the query, allowed: "
                                + (known.length == 0 ? "none" : String.join(", ", known)));
            }
        }
    }
}
