package dev.tutti.app.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The styles of the service's page, and what a report has besides. */
final class Styles {
    private static final String PAGE = "/dev/tutti/app/http/page/page.css";
    private static final String REPORT = "/dev/tutti/app/report/report.css";

    private Styles() {}

    static String all() {
        return read(PAGE) + read(REPORT);
    }

    private static String read(String resource) {
        try (InputStream in = Styles.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("resource missing from the program: " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
