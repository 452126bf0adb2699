package dev.tutti.app.client;

import dev.tutti.files.InputException;

/** What a service has answered instead of what was asked for; the message is its line. */
final class ServiceProblem extends InputException {
    private static final long serialVersionUID = 1L;

    private final int status;

    /**
     * @param status of HTTP
     * @param detail one line
     */
    ServiceProblem(int status, String detail) {
        super(detail);
        this.status = status;
    }

    /** Whether a proxy says it, which may have passed on the request. */
    boolean isOfAnother() {
        return status == 502 || status == 504;
    }

    /** Whether the same may be answered later. */
    boolean isPassing() {
        return status == 502 || status == 503 || status == 504;
    }
}
