package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.app.doctor.Check;
import dev.tutti.app.doctor.MachineChecks;
import dev.tutti.config.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class DoctorCommandTest {
    @Test
    void shouldFindAPortInUse() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Endpoint taken = new Endpoint("127.0.0.1", socket.getLocalPort());

            assertThat(MachineChecks.port(taken).verdict()).isEqualTo(Check.Verdict.FAIL);
            assertThat(MachineChecks.reachable(taken).verdict()).isEqualTo(Check.Verdict.OK);
            Cli.Outcome outcome = Cli.run("doctor", "--coordinator-bind", taken.toString());
            assertThat(outcome.code()).isEqualTo(2);
            assertThat(outcome.out()).contains("fail  Port").contains("Shared memory");
        }
    }

    @Test
    void shouldFindACoordinatorThatIsNotThere() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }

        Check check = MachineChecks.reachable(new Endpoint("127.0.0.1", free));

        assertThat(check.verdict()).isEqualTo(Check.Verdict.FAIL);
        assertThat(check.found()).contains("127.0.0.1:" + free);
    }
}
