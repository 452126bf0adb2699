package dev.tutti.app.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tutti.app.service.ServiceException;
import dev.tutti.config.SettingException;
import dev.tutti.files.InputException;
import dev.tutti.files.StrictJson;
import org.eclipse.jetty.http.HttpStatus;

/**
 * What went wrong, as RFC 9457 has it: {@code detail} is the line that the command line would print.
 *
 * @param status of HTTP
 * @param detail one line
 * @param key of the setting that it is about; empty if it is about none
 */
record Problem(int status, String detail, String key) {
    static final String TYPE = "application/problem+json";
    private static final String ALLOWED = ", allowed: ";

    /** A problem that is about no setting. */
    Problem(int status, String detail) {
        this(status, detail, "");
    }

    /** A problem that is thrown. */
    static final class Thrown extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Problem problem;

        Thrown(int status, String detail) {
            super(detail, null, false, false);
            this.problem = new Problem(status, detail);
        }

        Problem problem() {
            return problem;
        }
    }

    /** What a client is told of bad input. */
    static Problem of(InputException e) {
        String line = String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", " ");
        if (e instanceof ServiceException of) {
            return new Problem(status(of.kind()), line);
        }
        return new Problem(422, line, e instanceof SettingException setting ? setting.key() : "");
    }

    private static int status(ServiceException.Kind kind) {
        return switch (kind) {
            case MALFORMED -> 400;
            case NOT_FOUND -> 404;
            case CONFLICT -> 409;
            case TOO_LARGE -> 413;
            case KEY_REUSED -> 422;
            case TOO_MANY -> 503;
            case STORAGE -> 507;
        };
    }

    /** The body of the answer. */
    String json() {
        ObjectNode body = StrictJson.MAPPER.createObjectNode();
        body.put("type", "about:blank");
        body.put("title", HttpStatus.getMessage(status));
        body.put("status", status);
        body.put("detail", detail);
        if (!key.isEmpty()) {
            body.put("key", key);
            int allowed = detail.indexOf(ALLOWED);
            if (allowed >= 0) {
                body.put("allowed", detail.substring(allowed + ALLOWED.length()));
            }
        }
        return body.toString();
    }
}
