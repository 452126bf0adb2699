package dev.tutti.app.http;

import dev.tutti.app.http.Token.Secrets;
import dev.tutti.app.http.Tokens.Right;
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

    private final Tokens tokens;
    private final Map<String, Right> open = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Right> eldest) {
            return size() > MOST;
        }
    });

    private Token code;
    private Right rightOfCode = Right.READ;

    Sessions(Tokens tokens) {
        this.tokens = tokens;
    }

    /** Returns a code that logs in once, for so much; one that was given before is worth nothing then. */
    synchronized String newCode(Right right) {
        String text = Secrets.make();
        code = new Token(text);
        rightOfCode = right;
        return text;
    }

    /** Logs in: returns the secret of a new session, unless neither token nor code was given. */
    synchronized Optional<String> logIn(String given) {
        boolean byCode = code != null && code.matches(given);
        Optional<Right> right = byCode ? Optional.of(rightOfCode) : tokens.rightOf(given);
        if (byCode) {
            code = null;
        }
        return right.map(of -> {
            String session = Secrets.make();
            open.put(session, of);
            return session;
        });
    }

    /** What the session with this secret may do; 256 random bits are not found by the time that a look-up takes. */
    Optional<Right> rightOf(String session) {
        return Optional.ofNullable(open.get(session));
    }
}
