package dev.tutti.planted.worker;

import com.google.protobuf.ByteString;

final class WritesProtocolBuffers {
    ByteString bytes = ByteString.EMPTY;

    private WritesProtocolBuffers() {}
}
