package dev.tutti.app.http;

import dev.tutti.app.http.Tokens.Right;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who may come in. What is not listed as open is closed: any route, any method. Programs send the token; browsers that have logged
 * in send a cookie, which counts for changes only if the browser says that a page of ours asks for them. A name that was pointed at
 * this machine (DNS rebinding) is none of the hosts that the service goes by.
 */
final class Access {
    private static final String BEARER = "bearer ";

    /** Paths that tell nothing of jobs and data. */
    private static final Set<String> OPEN = Set.of("/health", "/api/v1/openapi.json");

    private final Tokens tokens;
    private final Sessions sessions;
    private volatile Set<String> hosts;
    private final Entrance entrance;

    /**
     * @param entrance where clients come in
     * @param tokens what they must have
     * @param sessions of browsers that have logged in
     */
    Access(Entrance entrance, Tokens tokens, Sessions sessions) {
        this.tokens = tokens;
        this.sessions = sessions;
        this.entrance = entrance;
        callBy(entrance.hosts());
    }

    /** The service goes by these names and addresses from now on. */
    void callBy(Set<String> names) {
        hosts = names.stream().map(Access::canonical).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * What is known of a request; null for a header that is not there.
     *
     * @param method of HTTP
     * @param path decoded, without the query
     * @param host the header Host
     * @param origin the header Origin
     * @param authorization the header Authorization
     * @param session the cookie of a browser
     * @param site the header Sec-Fetch-Site
     */
    record Request(
            String method, String path, String host, String origin, String authorization, String session, String site) {
        boolean isGet() {
            return method.equals("GET");
        }
    }

    /** A request that is not let in. */
    record Denial(int status, String problem) {}

    /** Why a request is not let in; empty if it is. */
    Optional<Denial> denial(Request request) {
        if (request.host() == null || !isOurs(hostOf(request.host()))) {
            return Optional.of(new Denial(
                    421, "the header Host names another machine; call the service by an address that it listens on"));
        }
        if (request.origin() != null && !entrance.isOwnOrigin(request.origin(), request.host())) {
            return Optional.of(new Denial(403, "a page of another origin may not use the service"));
        }
        if (isOpen(request)) {
            return Optional.empty();
        }
        Optional<Right> ofSession = request.authorization() == null && request.session() != null
                ? sessions.rightOf(request.session())
                : Optional.empty();
        if (ofSession.isPresent()) {
            return request.isGet() || "same-origin".equals(request.site())
                    ? denial(request, ofSession.get())
                    : Optional.of(new Denial(403, "the browser does not say that a page of the service asks for this"));
        }
        String sent = request.authorization();
        if (sent == null || !sent.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
            return Optional.of(new Denial(
                    401,
                    "a token is needed: Authorization: Bearer TOKEN, which is in the file token of the"
                            + " service's home"));
        }
        Optional<Right> right = tokens.rightOf(sent.substring(BEARER.length()).strip());
        return right.isPresent()
                ? denial(request, right.get())
                : Optional.of(new Denial(401, "the token is wrong; it is in the file token of the service's home"));
    }

    private static Optional<Denial> denial(Request request, Right right) {
        return request.isGet() || right == Right.ALL
                ? Optional.empty()
                : Optional.of(
                        new Denial(
                                403,
                                "this token is for looking alone; changes need the one in the file token of the service's home"));
    }

    private static boolean isOpen(Request request) {
        return request.isGet()
                ? OPEN.contains(request.path()) || Page.files().contains(request.path())
                : request.method().equals("POST") && request.path().equals(Page.LOGIN);
    }

    /** A star in a certificate stands for one label, the first. */
    private boolean isOurs(String host) {
        int dot = host.indexOf('.');
        return hosts.contains(canonical(host)) || (dot > 0 && hosts.contains("*" + host.substring(dot)));
    }

    /** One address of IPv6 can be written in many ways. What is in brackets is an address or nothing, so no name is looked up. */
    private static String canonical(String host) {
        if (!host.startsWith("[") || !host.endsWith("]")) {
            return host;
        }
        try {
            return "[" + InetAddress.getByName(host).getHostAddress() + "]";
        } catch (UnknownHostException e) {
            return host;
        }
    }

    private static String hostOf(String header) {
        String host = header.toLowerCase(Locale.ROOT);
        int colon = host.lastIndexOf(':');
        return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    }
}
