package dev.tutti.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SharedMemoryTest {
    private static final Path DIRECTORY = Path.of("/memory/driver");

    @Test
    void shouldWaitUntilEarlierStreamsAreGone() {
        ArrayDeque<Long> free = new ArrayDeque<>(List.of(10L, 10L, 70L, 99L, 100L));
        SharedMemory.awaitRoom(DIRECTORY, 100, "streams", free::pop, Long.MAX_VALUE / 2);
        assertThat(free).isEmpty();
    }

    @Test
    void shouldNotWaitWhereThereIsRoom() {
        ArrayDeque<Long> free = new ArrayDeque<>(List.of(100L, 0L));
        SharedMemory.awaitRoom(DIRECTORY, 100, "streams", free::pop, 0);
        assertThat(free).hasSize(1);
    }

    @Test
    void shouldSayInOneLineWhatIsMissing() {
        assertThatThrownBy(() -> SharedMemory.awaitRoom(
                        DIRECTORY, 48 << 20, "the streams of 5 workers", () -> (31L << 20) + (1 << 19), 0))
                .isInstanceOf(NoRoomException.class)
                .hasMessage(
                        "too little shared memory for the streams of 5 workers: /memory has 31.5 MiB free, needed are"
                                + " 48.0 MiB; in a container give --shm-size=1g (compose: shm_size: 1g), or name another --aeron-dir");
    }
}
