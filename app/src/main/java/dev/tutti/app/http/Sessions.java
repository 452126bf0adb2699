package dev.tutti.app.http;

import dev.tutti.app.http.Token.Secrets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Browsers that have logged in, by the token or by a code that works once; each has a secret of its own, in a cookie. They are
 * forgotten when the service ends. Thread-safe.
 */
final class Sessions {
    private static final int MOST = 1000;

    private final Token token;
    private final Map<String, Boolean> open = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MOST;
        }
    });

    private Token code;

    Sessions(Token token) {
        this.token = token;
    }

    /** Returns a code that logs in once; one that was given before is worth nothing then. */
    synchronized String newCode() {
        String text = Secrets.make();
        code = new Token(text);
        return text;
    }

    /** Logs in: returns the secret of a new session, unless neither token nor code was given. */
    synchronized Optional<String> logIn(String given) {
        boolean byCode = code != null && code.matches(given);
        if (!byCode && !token.matches(given)) {
            return Optional.empty();
        }
        if (byCode) {
            code = null;
        }
        String session = Secrets.make();
        open.put(session, true);
        return Optional.of(session);
    }

    /** Whether this is the secret of a session; 256 random bits are not found by the time that a look-up takes. */
    boolean has(String session) {
        return open.containsKey(session);
    }
}
