package dev.tutti.app.cluster;

import dev.tutti.config.Endpoint;
import dev.tutti.files.InputException;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Collections;

/**
 * Addresses of this machine and others. In the cluster machines are known by IP address, never by name: the two sides then
 * cannot disagree about which name is the right one.
 */
public final class Addresses {
    private Addresses() {}

    /**
     * Returns the endpoint with the host's IP address.
     *
     * @throws InputException if the name is unknown
     */
    public static Endpoint resolve(Endpoint endpoint) {
        try {
            return new Endpoint(InetAddress.getByName(endpoint.host()).getHostAddress(), endpoint.port());
        } catch (UnknownHostException e) {
            throw new InputException(
                    "unknown host: \"" + endpoint.host() + "\" of " + endpoint
                            + "; give a name that this machine can look up, or an IP address",
                    e);
        }
    }

    /** Returns what others must dial to reach a listener on {@code bind}: for 0.0.0.0 an address of this machine. */
    static Endpoint advertised(Endpoint bind) {
        Endpoint resolved = resolve(bind);
        try {
            if (!InetAddress.getByName(resolved.host()).isAnyLocalAddress()) {
                return resolved;
            }
            for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                for (InetAddress address : Collections.list(network.getInetAddresses())) {
                    if (address.isSiteLocalAddress() && !network.isLoopback() && network.isUp()) {
                        return new Endpoint(address.getHostAddress(), bind.port());
                    }
                }
            }
        } catch (UnknownHostException | SocketException e) {
            throw new InputException("addresses of this machine cannot be listed: " + e.getMessage(), e);
        }
        throw new InputException("no address of this machine found for " + bind
                + "; name the address that workers reach with --coordinator-bind");
    }

    /** Returns the address of this machine from which {@code peer} is reached; nothing is sent. */
    public static String localAddressTowards(Endpoint peer) {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(peer.host(), peer.port()));
            return socket.getLocalAddress().getHostAddress();
        } catch (IOException e) {
            throw new InputException(
                    "no way from this machine to " + peer + ": " + e.getMessage() + "; give this machine's --host", e);
        }
    }

    /** Whether datagrams to this address stay on this machine, and may be large. */
    static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
