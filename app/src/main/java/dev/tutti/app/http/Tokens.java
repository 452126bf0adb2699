package dev.tutti.app.http;

import dev.tutti.app.http.Token.Secrets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What clients must have to be let in: one token may do everything, the other may look.
 *
 * @param all may do everything
 * @param reading may look, and change nothing
 */
public record Tokens(Token all, Token reading) {
    /** What whoever has shown a token or a session may do. */
    enum Right {
        /** Everything. */
        ALL,
        /** Look, and change nothing. */
        READ
    }

    /**
     * Reads the tokens from their files, or makes them at the first start.
     *
     * @throws dev.tutti.files.InputException if others could read a file, or it cannot be read or made
     */
    public static Tokens in(Path all, Path reading) {
        return new Tokens(Token.in(all), Token.in(reading));
    }

    /** Tokens that nobody has. */
    static Tokens unknown() {
        return new Tokens(new Token(Secrets.make()), new Token(Secrets.make()));
    }

    /** What somebody may do who has sent this; empty if it is no token. */
    Optional<Right> rightOf(String sent) {
        // Both are compared whatever the first has said: the time tells nothing.
        boolean isAll = all.matches(sent);
        boolean isReading = reading.matches(sent);
        if (isAll) {
            return Optional.of(Right.ALL);
        }
        return isReading ? Optional.of(Right.READ) : Optional.empty();
    }
}
