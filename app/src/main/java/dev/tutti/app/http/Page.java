package dev.tutti.app.http;

import dev.tutti.app.http.Api.Route;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The page for people: files of this program, and logging in. */
final class Page {
    /** Where a browser logs in. */
    static final String LOGIN = "/login";

    private static final String POLICY =
            "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'";
    private static final int MOST_BYTES = 4096;

    /** Where the library of the charts lies in its jar; part of the path is its version. */
    private static final String CHARTS = "chart.js";

    private static final String LIBRARY = "/META-INF/resources/webjars/chart.js/%s/dist/chart.umd.min.js";
    private static final String LIBRARY_VERSION = "/META-INF/maven/org.webjars.npm/chart.js/pom.properties";

    /** What is served, by path: the name of the resource. */
    private static final Map<String, String> FILES = files(
            "page.js",
            "service.js",
            "dom.js",
            "charts.js",
            "jobs.js",
            "job.js",
            "compare.js",
            "cluster.js",
            "step.js",
            "page.css",
            "icon.svg");

    private static final Map<String, String> TYPES =
            Map.of("html", "text/html", "js", "text/javascript", "css", "text/css", "svg", "image/svg+xml");

    private final Sessions sessions;
    private final String cookie;
    private final boolean secure;

    /**
     * @param sessions of browsers
     * @param cookie its name: cookies are not told apart by port
     * @param secure whether it is for TLS alone
     */
    Page(Sessions sessions, String cookie, boolean secure) {
        this.sessions = sessions;
        this.cookie = cookie;
        this.secure = secure;
    }

    private static Map<String, String> files(String... names) {
        Map<String, String> files = new TreeMap<>();
        for (String name : names) {
            files.put("/" + name, "page/" + name);
        }
        files.put("/", "page/index.html");
        files.put("/" + CHARTS, library());
        return Collections.unmodifiableMap(files);
    }

    private static String library() {
        Properties properties = new Properties();
        try (InputStream in = Page.class.getResourceAsStream(LIBRARY_VERSION)) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return String.format(LIBRARY, properties.getProperty("version"));
    }

    /** Paths of the files. */
    static Set<String> files() {
        return new TreeSet<>(FILES.keySet());
    }

    List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        FILES.forEach((path, name) -> routes.add(new Route(HandlerType.GET, path, context -> send(context, name))));
        routes.add(new Route(HandlerType.POST, LOGIN, this::logIn));
        return routes;
    }

    private static void send(Context context, String name) throws IOException {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
            context.header("Content-Security-Policy", POLICY);
            context.contentType(type + ";charset=utf-8").result(in.readAllBytes());
        }
    }

    private void logIn(Context context) {
        Bodies.requireType(context, Bodies.JSON);
        String secret = Bodies.object(Bodies.bytesOfStrangers(context, MOST_BYTES))
                .path("secret")
                .asText();
        String session = sessions.logIn(secret)
                .orElseThrow(() -> new Problem.Thrown(
                        401,
                        "not logged in: the link that the service prints works once, and the token is in the file token"
                                + " of its home"));
        context.header(
                "Set-Cookie",
                cookie + "=" + session + "; Path=/; HttpOnly; SameSite=Strict" + (secure ? "; Secure" : ""));
        context.status(204);
    }
}
