package dev.tutti.app.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.config.Endpoint;
import dev.tutti.files.InputException;
import org.junit.jupiter.api.Test;

class WhereaboutsTest {
    private static final Endpoint NAME = new Endpoint("coordinator", 25520);
    private static final Endpoint HERE = new Endpoint("10.0.0.5", 25520);
    private static final Endpoint THERE = new Endpoint("10.0.0.6", 25520);

    private Endpoint resolved = HERE;
    private final Whereabouts whereabouts = new Whereabouts(NAME, name -> {
        assertThat(name).isEqualTo(NAME);
        if (resolved == null) {
            throw new InputException("unknown host");
        }
        return resolved;
    });

    @Test
    void shouldGoByNameUntilItIsFound() {
        resolved = null;
        assertThatThrownBy(whereabouts::next).hasMessage("unknown host");
        assertThatThrownBy(whereabouts::next).hasMessage("unknown host");
        resolved = HERE;
        assertThat(whereabouts.next()).isEqualTo(HERE);
        assertThat(whereabouts.next()).isEqualTo(HERE);
    }

    @Test
    void shouldTryWhereItWasWhileItsNameIsUnknown() {
        whereabouts.found(HERE);
        resolved = null;
        for (int turn = 0; turn < 4; turn++) {
            assertThat(whereabouts.next()).as("turn %d", turn).isEqualTo(HERE);
        }
    }

    @Test
    void shouldFollowItsNameToAnotherPlace() {
        whereabouts.found(HERE);
        resolved = THERE;
        assertThat(whereabouts.next()).isEqualTo(HERE);
        assertThat(whereabouts.next()).isEqualTo(THERE);
        whereabouts.found(THERE);
        assertThat(whereabouts.next()).isEqualTo(THERE);
    }

    @Test
    void shouldForgetAPlaceWhereItIsNot() {
        whereabouts.found(HERE);
        whereabouts.forget();
        resolved = THERE;
        assertThat(whereabouts.next()).isEqualTo(THERE);
        assertThat(whereabouts.next()).isEqualTo(THERE);
    }
}
