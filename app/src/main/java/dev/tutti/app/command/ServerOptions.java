package dev.tutti.app.command;

import dev.tutti.app.client.ServiceAddress;
import dev.tutti.app.client.ServiceClient;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which service, and what lets the command in. */
final class ServerOptions {
    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "the training service, such as http://127.0.0.1:8025 or https://HOST:PORT")
    private String server;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "holds the token of the service (default: tutti-home/token)")
    private Path tokenFile;

    @Option(
            names = "--ca-cert",
            paramLabel = "FILE",
            description = "certificates in PEM to trust (default: those that Java trusts)")
    private Path caCert;

    /** Whether a service is named. */
    boolean isGiven() {
        return server != null;
    }

    /** Whether there is something that makes sense with a service alone. */
    boolean isHalfGiven() {
        return server == null && (tokenFile != null || caCert != null);
    }

    /**
     * A client of the service, or of that of this machine.
     *
     * @throws dev.tutti.files.InputException if it cannot be reached, is none, or does not let the client in
     */
    ServiceClient client() throws InterruptedException {
        ServiceClient client = new ServiceClient(ServiceAddress.of(
                server == null ? ServiceAddress.LOCAL : server,
                tokenFile == null ? ServiceAddress.LOCAL_TOKEN : tokenFile,
                Optional.ofNullable(caCert)));
        client.check();
        return client;
    }
}
