package dev.tutti.app.http;

import dev.tutti.app.service.JobService;
import dev.tutti.files.InputException;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.util.JavalinBindException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.MinimumDataRateHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens for clients, on an address of this machine alone. */
public final class HttpDoor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpDoor.class);

    /** Streams hold one each; what is left answers the others. */
    private static final int MOST_THREADS = 400;

    private static final int IDLE_MS = 30_000;
    /** Least bytes a second of a body: who sends more slowly holds a thread for nothing. */
    private static final long SLOWEST_BODY = 200;

    private static final int HEADER_BYTES = 16 << 10;

    private final Javalin javalin;
    private final Sessions sessions;

    private HttpDoor(Javalin javalin, Sessions sessions) {
        this.javalin = javalin;
        this.sessions = sessions;
    }

    /**
     * Begins to listen.
     *
     * @param host address or name of this machine that no other can reach
     * @param port 0 for any that is free
     * @param service answers
     * @param token that clients must have
     * @throws InputException if others could reach the address, or it cannot be used
     */
    public static HttpDoor open(String host, int port, JobService service, Token token) {
        requireLoopback(host);
        Sessions sessions = new Sessions(token);
        // Cookies are not told apart by port, so its name is.
        String cookie = "tutti-" + port;
        Access access = new Access(token, sessions, hosts(host));
        List<Api.Route> routes = new ArrayList<>(new Api(service).routes());
        routes.addAll(new Page(sessions, cookie).routes());
        Javalin javalin = Javalin.create(config -> configure(config, host, port, routes, cookie, access));
        try {
            javalin.start();
        } catch (JavalinBindException e) {
            throw new InputException(
                    "--http: cannot listen on " + host + ":" + port
                            + ": the port is in use or the address is not this machine's; give another --http"
                            + " HOST:PORT",
                    e);
        }
        return new HttpDoor(javalin, sessions);
    }

    private static void requireLoopback(String host) {
        try {
            if (!InetAddress.getByName(host).isLoopbackAddress()) {
                throw new InputException("--http: " + host + ": other machines could reach it, and what they send would"
                        + " not be encrypted; allowed: addresses of this machine alone, such as 127.0.0.1; others come"
                        + " through ssh -L or a proxy with TLS on this machine");
            }
        } catch (UnknownHostException e) {
            throw new InputException("--http: unknown host: \"" + host + "\"; give an address such as 127.0.0.1", e);
        }
    }

    private static Set<String> hosts(String host) {
        String own = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return Set.copyOf(List.of("localhost", "127.0.0.1", "[::1]", own.toLowerCase(Locale.ROOT)).stream()
                .distinct()
                .toList());
    }

    private static void configure(
            JavalinConfig config, String host, int port, List<Api.Route> routes, String cookie, Access access) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        config.http.compressionStrategy = CompressionStrategy.NONE;
        config.jetty.threadPool = new QueuedThreadPool(MOST_THREADS, 4, IDLE_MS);
        config.jetty.modifyServer(server -> {
            server.setErrorHandler(new JettyErrors());
            server.setStopTimeout(0);
            server.setHandler(new MinimumDataRateHandler(SLOWEST_BODY, 0));
        });
        config.jetty.modifyServletContextHandler(handler -> handler.setErrorHandler(new JettyErrors()));
        config.jetty.modifyHttpConfiguration(HttpDoor::configure);
        config.jetty.addConnector((server, http) -> connector(server, http, host, port));
        config.routes.before(context -> {
            context.header("X-Content-Type-Options", "nosniff");
            context.header("Referrer-Policy", "no-referrer");
            context.header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
            context.header("Cache-Control", "no-store");
            requireAccess(access, cookie, context);
        });
        routes.forEach(route -> config.routes.addHttpHandler(route.method(), route.path(), route.handler()));
        config.routes.exception(Problem.Thrown.class, (e, context) -> Answers.send(context, e.problem()));
        config.routes.exception(InputException.class, (e, context) -> Answers.send(context, Problem.of(e)));
        config.routes.exception(HttpResponseException.class, (e, context) -> Answers.send(context, refused(e)));
        config.routes.exception(Exception.class, HttpDoor::failed);
    }

    private static void configure(HttpConfiguration http) {
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(HEADER_BYTES);
    }

    private static ServerConnector connector(Server server, HttpConfiguration http, String host, int port) {
        ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(host);
        connector.setPort(port);
        connector.setIdleTimeout(IDLE_MS);
        return connector;
    }

    private static void requireAccess(Access access, String cookie, Context context) {
        Access.Request request = new Access.Request(
                context.req().getMethod(),
                context.path(),
                context.header("Host"),
                context.header("Origin"),
                context.header("Authorization"),
                context.cookie(cookie),
                context.header("Sec-Fetch-Site"));
        access.denial(request).ifPresent(denial -> {
            throw new Problem.Thrown(denial.status(), denial.problem());
        });
    }

    /** What the library itself finds: no such route, or not with this method. */
    private static Problem refused(HttpResponseException e) {
        return switch (e.getStatus()) {
            case 404 -> new Problem(404, "no such route; they are listed in /api/v1/openapi.json");
            case 405 -> new Problem(405, "no such method on this route; they are listed in /api/v1/openapi.json");
            default -> new Problem(e.getStatus(), "the request cannot be answered");
        };
    }

    private static void failed(Exception e, Context context) {
        if (e instanceof IOException && context.res().isCommitted()) {
            LOG.debug("a client is gone", e);
            return;
        }
        LOG.error("internal error on {} {}", context.req().getMethod(), context.endpoint().path, e);
        if (!context.res().isCommitted()) {
            Answers.send(context, new Problem(500, "internal error of the service; its log says more"));
        }
    }

    /** What a browser adds to the address to log in, once. */
    public String login() {
        return "#login=" + sessions.newCode();
    }

    /** The port on which it listens. */
    public int port() {
        return javalin.port();
    }

    /** Takes no more requests, and ends those that are under way. */
    @Override
    public void close() {
        javalin.stop();
    }
}
