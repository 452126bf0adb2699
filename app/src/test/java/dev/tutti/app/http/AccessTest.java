package dev.tutti.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.config.Endpoint;
import dev.tutti.config.ServiceSettings.Http;
import dev.tutti.files.InputException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which hosts and origins a service goes by, with a proxy in front and without. */
class AccessTest {
    private static final String TOKEN = "0".repeat(64);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "a.wild.example.org, 0",
        "a.wild.example.org:8025, 0",
        "wild.example.org, 421",
        "b.a.wild.example.org, 421",
        ".wild.example.org, 421",
        "train.example.org, 0",
        "a.train.example.org, 421",
    })
    void shouldTakeAStarInACertificateForOneLabel(String host, int status) throws Exception {
        Entrance entrance = Entrance.of(new Http(
                new Endpoint("0.0.0.0", 8025),
                Optional.of(PemFiles.make(folder, "wild", "EC")),
                false,
                Optional.empty()));
        Access access = new Access(entrance, Tokens.unknown(), new Sessions(Tokens.unknown()));

        assertThat(access.denial(new Access.Request("GET", "/health", host, null, null, null, null))
                        .map(Access.Denial::status)
                        .orElse(0))
                .isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://a..b", "https://-"})
    void shouldRefuseAnAddressWithoutAHost(String publicUrl) {
        Http http = new Http(new Endpoint("127.0.0.1", 8025), Optional.empty(), false, Optional.of(publicUrl));
        assertThatThrownBy(() -> Entrance.of(http))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("--public-url: no host in it: \"" + publicUrl + "\"");
    }

    @ParameterizedTest
    @CsvSource({
        ", 127.0.0.1:8025, , 0",
        ", localhost:9000, http://localhost:9000, 0",
        ", LOCALHOST, , 0",
        ", [::1]:8025, http://[::1]:8025, 0",
        ", [0:0:0:0:0:0:0:1]:8025, , 0",
        ", [::2]:8025, , 421",
        ", [localhost]:8025, , 421",
        ", localhost:8025, https://localhost:8025, 403",
        ", localhost:8025, http://localhost:8026, 403",
        ", localhost:8025, null, 403",
        ", localhost.evil.example, , 421",
        ", train.example.org, , 421",
        ", , , 421",
        "https://train.example.org, train.example.org, https://train.example.org, 0",
        "https://train.example.org, 127.0.0.1:8025, https://Train.example.org, 0",
        "https://train.example.org, train.example.org, http://evil.example, 403",
        "https://train.example.org, train.example.org, https://train.example.org.evil.example, 403",
        "https://train.example.org, evil.example, , 421",
        "https://train.example.org:8443, train.example.org:8443, https://train.example.org:8443, 0",
        "https://train.example.org:8443, train.example.org, https://train.example.org, 403",
    })
    void shouldGoByItsOwnNamesAndThoseOfItsProxy(String publicUrl, String host, String origin, int status) {
        Entrance entrance = Entrance.of(
                new Http(new Endpoint("127.0.0.1", 8025), Optional.empty(), false, Optional.ofNullable(publicUrl)));
        Tokens tokens = new Tokens(new Token(TOKEN), new Token("1".repeat(64)));
        Access access = new Access(entrance, tokens, new Sessions(tokens));

        assertThat(access.denial(
                                new Access.Request("POST", "/api/v1/jobs", host, origin, "Bearer " + TOKEN, null, null))
                        .map(Access.Denial::status)
                        .orElse(0))
                .isEqualTo(status);
        assertThat(entrance.isEncrypted()).isEqualTo(publicUrl != null);
        assertThat(entrance.shown()).isEqualTo(publicUrl == null ? "http://127.0.0.1:8025" : publicUrl);
    }
}
