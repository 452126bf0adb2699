package dev.tutti.app.client;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A long body on its way to a server, given up when nothing of it has left, and no answer has come, for some time. Used once. */
final class WatchedBody implements BodyPublisher {
    private final BodyPublisher body;
    private volatile long movedNs = System.nanoTime();

    WatchedBody(BodyPublisher body) {
        this.body = body;
    }

    @Override
    public long contentLength() {
        return body.contentLength();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        body.subscribe(new Flow.Subscriber<ByteBuffer>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscriber.onSubscribe(subscription);
            }

            @Override
            public void onNext(ByteBuffer bytes) {
                movedNs = System.nanoTime();
                subscriber.onNext(bytes);
            }

            @Override
            public void onError(Throwable problem) {
                subscriber.onError(problem);
            }

            @Override
            public void onComplete() {
                subscriber.onComplete();
            }
        });
    }

    /**
     * Makes the request of which this is the body.
     *
     * @param standstill how long nothing may move
     * @throws HttpTimeoutException if nothing has
     */
    <T> HttpResponse<T> send(HttpClient client, HttpRequest request, BodyHandler<T> handler, Duration standstill)
            throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<T>> answer = client.sendAsync(request, handler);
        try {
            while (true) {
                long leftNs = standstill.toNanos() - (System.nanoTime() - movedNs);
                if (leftNs <= 0) {
                    throw new HttpTimeoutException("nothing went or came for " + Arrivals.shown(standstill));
                }
                try {
                    return answer.get(leftNs, TimeUnit.NANOSECONDS);
                } catch (TimeoutException e) {
                    // Something may have moved meanwhile.
                    continue;
                }
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException problem ? problem : new IOException(e.getCause());
        } finally {
            answer.cancel(true);
        }
    }
}
