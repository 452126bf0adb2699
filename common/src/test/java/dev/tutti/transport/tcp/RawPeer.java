package dev.tutti.transport.tcp;

import dev.tutti.config.Endpoint;
import dev.tutti.wire.FrameFlyweight;
import dev.tutti.wire.FrameHeader;
import dev.tutti.wire.GenerationId;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/** A peer that says a right hello, or answers one, and then whatever a test wants. */
public final class RawPeer {
    private RawPeer() {}

    /** Connects and says hello; the welcome is not awaited. */
    public static Socket connect(Endpoint to, GenerationId generation, int stream, int sender, int receiver)
            throws IOException {
        Socket socket = new Socket(to.host(), to.port());
        socket.setTcpNoDelay(true);
        socket.getOutputStream().write(hello(generation, stream, sender, receiver));
        return socket;
    }

    /** The first bytes of a connection. */
    public static byte[] hello(GenerationId generation, int stream, int sender, int receiver) {
        return new Handshake(
                        generation,
                        stream,
                        sender,
                        receiver,
                        TcpSettings.ofCoordinator(1, null).largestFrameBytes())
                .encode(Handshake.HELLO)
                .array();
    }

    /** Accepts a connection and welcomes it. */
    public static Socket welcome(ServerSocket server, GenerationId generation) throws IOException {
        Socket socket = server.accept();
        InputStream in = socket.getInputStream();
        ByteBuffer hello = ByteBuffer.wrap(in.readNBytes(Handshake.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        if (Handshake.check(hello, Handshake.HELLO, generation) != null) {
            throw new IOException("wrong hello");
        }
        socket.getOutputStream()
                .write(Handshake.decode(hello).encode(Handshake.WELCOME).array());
        return socket;
    }

    /** A frame that holds all of a vector, as it stands in a connection, as the {@code counter}-th. */
    public static byte[] frame(GenerationId generation, FrameHeader header, float[] vector, int counter) {
        int length = FrameFlyweight.HEADER_LENGTH + vector.length * Float.BYTES;
        byte[] bytes = new byte[TcpSettings.PREFIX_BYTES + length];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(length).putInt(counter);
        new FrameFlyweight()
                .wrapForWriting(new UnsafeBuffer(bytes), TcpSettings.PREFIX_BYTES, length)
                .write(generation, header, vector, 0, 0, vector.length);
        return bytes;
    }
}
