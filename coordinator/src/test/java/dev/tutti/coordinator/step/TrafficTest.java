package dev.tutti.coordinator.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TrafficTest {
    @Test
    void shouldCountByNameThroughGenerations() {
        Traffic traffic = new Traffic(2);
        traffic.enter(List.of("a", "b"));
        traffic.onSent(10);
        traffic.onReceived(0, 10);
        traffic.onReceived(1, 10);
        traffic.onReceived(1, 5);

        traffic.enter(List.of("c", "b"));
        traffic.onSent(10);
        traffic.onReceived(1, 10);

        assertThat(traffic.sentBytes(0)).isEqualTo(40);
        assertThat(traffic.sentBytes(1)).isEqualTo(80);
        assertThat(traffic.receivedBytes(0)).isZero();
        assertThat(traffic.receivedBytes(1)).isEqualTo(50);
    }
}
