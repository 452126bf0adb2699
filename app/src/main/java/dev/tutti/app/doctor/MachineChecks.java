package dev.tutti.app.doctor;

import dev.tutti.config.Endpoint;
import dev.tutti.config.Environment;
import dev.tutti.kernel.Kernels;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.transport.AeronNode;
import dev.tutti.transport.SharedMemory;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The checks of {@code tutti doctor}. */
public final class MachineChecks {
    private static final long SHARED_MEMORY_ROOMY = 1L << 30;
    private static final Path SOCKET_LIMITS = Path.of("/proc/sys/net/core");
    private static final int CONNECT_TIMEOUT_MS = 3000;
    private static final int FAST_JAVA = 25;
    private static final int OLDEST_JAVA = 17;

    private MachineChecks() {}

    /** All checks; {@code coordinator} may be null. */
    public static List<Check> all(Endpoint bind, Endpoint coordinator) {
        List<Check> checks = new ArrayList<>();
        checks.add(java());
        checks.add(flags());
        checks.add(vectors());
        checks.add(machine());
        checks.add(ProcessorCheck.ofThisMachine());
        checks.add(sharedMemory(SharedMemory.base()));
        checks.add(socketBuffers(SOCKET_LIMITS.resolve("rmem_max"), "receive"));
        checks.add(socketBuffers(SOCKET_LIMITS.resolve("wmem_max"), "send"));
        checks.add(port(bind));
        if (coordinator != null) {
            checks.add(reachable(coordinator));
        }
        return checks;
    }

    private static Check java() {
        String found = Environment.javaVersion() + " in " + Environment.javaHome();
        if (Environment.javaFeature() < OLDEST_JAVA) {
            return Check.fail("Java", found, "install Java " + FAST_JAVA + " and set TUTTI_JAVA_HOME");
        }
        return Environment.javaFeature() < FAST_JAVA
                ? Check.warn("Java", found, "Java " + FAST_JAVA + " computes faster, to the same bits")
                : Check.ok("Java", found);
    }

    private static Check flags() {
        Module here = MachineChecks.class.getModule();
        return Object.class.getModule().isOpen("jdk.internal.misc", here)
                ? Check.ok("Java flags", "java.base/jdk.internal.misc is open")
                : Check.fail(
                        "Java flags",
                        "java.base/jdk.internal.misc is closed to the media driver",
                        "start with the launcher tutti, or add --add-opens java.base/jdk.internal.misc=ALL-UNNAMED");
    }

    private static Check vectors() {
        boolean module = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        NetworkSpec any = new NetworkSpec(List.of(1, 1), List.of(Activation.IDENTITY), Loss.SQUARED_ERROR);
        String kernel = Kernels.create(any, 1).description();
        return module
                ? Check.ok("Kernel", kernel)
                : Check.warn(
                        "Kernel",
                        kernel + "; the Vector API is not there",
                        "start with the launcher tutti, or add --add-modules jdk.incubator.vector");
    }

    private static Check machine() {
        return Check.ok(
                "Machine",
                Environment.machine() + ", " + Environment.processors() + " processors, heap up to "
                        + megabytes(Environment.maxHeapBytes()));
    }

    static Check sharedMemory(Path directory) {
        long free = SharedMemory.freeBytes(directory);
        String found = megabytes(free) + " free in " + directory;
        String advice =
                "give more: docker run --shm-size=1g, shm_size in compose, or mount -o remount,size=1g " + directory;
        if (free < SharedMemory.REQUIRED_BYTES) {
            return Check.fail(
                    "Shared memory",
                    found + "; the media driver needs " + megabytes(SharedMemory.REQUIRED_BYTES),
                    advice);
        }
        return free < SHARED_MEMORY_ROOMY
                ? Check.warn("Shared memory", found + "; little for large networks", advice)
                : Check.ok("Shared memory", found);
    }

    /** Such a file gives all it has to the first read, and that must be longer than one byte: not {@code Files.readString}. */
    static Check socketBuffers(Path file, String direction) {
        String what = "UDP " + direction;
        try {
            return socketBuffers("net.core." + file.getFileName(), Long.parseLong(firstLine(file)), what);
        } catch (IOException | NumberFormatException e) {
            return Check.ok(what, "not known on this system (" + file + ")");
        }
    }

    private static Check socketBuffers(String name, long bytes, String what) {
        String found = name + " = " + bytes;
        return bytes >= AeronNode.SOCKET_BUFFER_BYTES / 2
                ? Check.ok(what, found)
                : Check.warn(
                        what,
                        found + ", small for several machines",
                        "sysctl -w " + name + "=" + AeronNode.SOCKET_BUFFER_BYTES);
    }

    private static String firstLine(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        return lines.isEmpty() ? "" : lines.get(0).strip();
    }

    /** Whether a coordinator could listen there. */
    public static Check port(Endpoint bind) {
        InetSocketAddress address = new InetSocketAddress(bind.host(), bind.port());
        if (address.isUnresolved()) {
            return Check.fail("Port", bind + ": unknown host", "give an address of this machine");
        }
        try (ServerSocket tcp = new ServerSocket();
                DatagramSocket udp = new DatagramSocket(null)) {
            tcp.setReuseAddress(true);
            tcp.bind(address);
            udp.bind(address);
            return Check.ok("Port", bind + " is free");
        } catch (IOException e) {
            return Check.fail(
                    "Port", bind + ": " + e.getMessage(), "end what uses it, or give another --coordinator-bind");
        }
    }

    /** Whether something listens there. */
    public static Check reachable(Endpoint coordinator) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(coordinator.host(), coordinator.port()), CONNECT_TIMEOUT_MS);
            return Check.ok("Coordinator", coordinator + " can be reached");
        } catch (IOException e) {
            String reason = e instanceof java.net.UnknownHostException ? "unknown host" : e.getMessage();
            return Check.fail(
                    "Coordinator",
                    coordinator + ": " + reason,
                    "start it first; check the address, and that no firewall is between");
        }
    }

    private static String megabytes(long bytes) {
        return (bytes >> 20) + " MB";
    }
}
