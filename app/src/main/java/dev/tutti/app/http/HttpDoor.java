package dev.tutti.app.http;

import dev.tutti.app.http.Tokens.Right;
import dev.tutti.app.service.JobService;
import dev.tutti.files.InputException;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.util.JavalinBindException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.MinimumDataRateHandler;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens for clients. */
public final class HttpDoor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpDoor.class);

    /** Streams hold one each; what is left answers the others. */
    private static final int MOST_THREADS = 400;

    private static final int IDLE_MS = 30_000;
    /** Least bytes a second of a body: who sends more slowly holds a thread for nothing. */
    private static final long SLOWEST_BODY = 200;

    private static final int HEADER_BYTES = 16 << 10;

    /** How often the files of the certificate are looked at. */
    private static final long LOOK_S = 30;

    private final Javalin javalin;
    private final Sessions sessions;
    private final Optional<PemWatch> certificate;
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "tutti-certificate");
        thread.setDaemon(true);
        return thread;
    });

    private HttpDoor(Javalin javalin, Sessions sessions, Optional<PemWatch> certificate) {
        this.javalin = javalin;
        this.sessions = sessions;
        this.certificate = certificate;
        if (certificate.isPresent()) {
            // Ends with the door.
            var unused = looking.scheduleWithFixedDelay(this::lookAtCertificate, LOOK_S, LOOK_S, TimeUnit.SECONDS);
        }
    }

    /**
     * Begins to listen.
     *
     * @param entrance where clients come in
     * @param service answers
     * @param tokens what clients must have
     * @throws InputException if the address cannot be used
     */
    static HttpDoor open(Entrance entrance, JobService service, Tokens tokens) {
        Sessions sessions = new Sessions(tokens);
        // Cookies are not told apart by port, so its name is.
        String cookie = "tutti-" + entrance.port();
        Access access = new Access(entrance, tokens, sessions);
        List<Api.Route> routes = new ArrayList<>(new Api(service).routes());
        routes.addAll(new Page(sessions, cookie, entrance.isEncrypted()).routes());
        Optional<SslContextFactory.Server> tls = entrance.tls().map(HttpDoor::tls);
        Javalin javalin = Javalin.create(config -> configure(config, entrance, tls, routes, cookie, access));
        try {
            javalin.start();
        } catch (JavalinBindException e) {
            throw new InputException(
                    "--http: cannot listen on " + entrance.host() + ":" + entrance.port()
                            + ": the port is in use or the address is not this machine's; give another --http"
                            + " HOST:PORT",
                    e);
        }
        return new HttpDoor(
                javalin,
                sessions,
                entrance.tls()
                        .map(pem -> new PemWatch(pem, renewed -> {
                            renew(tls.orElseThrow(), renewed);
                            access.callBy(entrance.with(renewed).hosts());
                        })));
    }

    private static void renew(SslContextFactory.Server tls, Pem pem) {
        try {
            tls.reload(factory -> factory.setKeyStore(pem.store()));
        } catch (Exception e) {
            throw new InputException("--tls-cert: " + pem.files().certificate() + ": cannot be used: " + e, e);
        }
    }

    /** A certificate that was renewed is used for connections from now on. */
    synchronized void lookAtCertificate() {
        try {
            certificate.ifPresent(files -> files.look(Instant.now()));
        } catch (RuntimeException e) {
            LOG.warn("the files of the certificate cannot be looked at", e);
        }
    }

    private static void configure(
            JavalinConfig config,
            Entrance entrance,
            Optional<SslContextFactory.Server> tls,
            List<Api.Route> routes,
            String cookie,
            Access access) {
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
        config.jetty.addConnector((server, http) -> connector(server, http, entrance, tls));
        config.routes.before(context -> {
            context.header("X-Content-Type-Options", "nosniff");
            context.header("Referrer-Policy", "no-referrer");
            context.header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
            context.header("Cache-Control", "no-store");
            requireAccess(access, cookie, context);
            Bodies.requireCharset(context);
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

    private static ServerConnector connector(
            Server server, HttpConfiguration http, Entrance entrance, Optional<SslContextFactory.Server> tls) {
        if (tls.isPresent()) {
            // Instead of the one that asks for each Host in the certificate, which localhost, by which the probes of a
            // machine come, need not be: names are looked at for every request, with or without TLS.
            http.addCustomizer(new SecureRequestCustomizer(false));
        }
        HttpConnectionFactory plain = new HttpConnectionFactory(http);
        ServerConnector connector = tls.map(factory -> new ServerConnector(
                        server, 1, 1, new SslConnectionFactory(factory, plain.getProtocol()), plain))
                .orElseGet(() -> new ServerConnector(server, 1, 1, plain));
        connector.setHost(entrance.host());
        connector.setPort(entrance.port());
        connector.setIdleTimeout(IDLE_MS);
        return connector;
    }

    private static SslContextFactory.Server tls(Pem pem) {
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setKeyStore(pem.store());
        tls.setKeyStorePassword("");
        tls.setIncludeProtocols("TLSv1.3", "TLSv1.2");
        return tls;
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
        return "#login=" + sessions.newCode(Right.ALL);
    }

    /** The same for who may look, and change nothing. */
    String loginForLooking() {
        return "#login=" + sessions.newCode(Right.READ);
    }

    /** The port on which it listens. */
    public int port() {
        return javalin.port();
    }

    /** Takes no more requests, and ends those that are under way. */
    @Override
    public void close() {
        looking.shutdownNow();
        javalin.stop();
    }
}
