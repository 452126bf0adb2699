package dev.tutti.app.http;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** What is told of requests that are refused before a route is looked for: a problem as any other, without traces or names of software. */
final class JettyErrors extends ErrorHandler {
    @Override
    protected void generateResponse(
            Request request, Response response, int code, String message, Throwable cause, Callback callback) {
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.TYPE);
        Content.Sink.write(response, true, problem(code).json(), callback);
    }

    private static Problem problem(int status) {
        return new Problem(
                status,
                switch (status) {
                    case 400 -> "the request is not valid HTTP, or its path is ambiguous";
                    case 408 -> "the request came too slowly";
                    case 413 -> "the request is too large";
                    case 414 -> "the path and the query are too long";
                    case 431 -> "the headers are too large";
                    default -> status < 500 ? "the request cannot be answered" : "internal error of the service";
                });
    }
}
