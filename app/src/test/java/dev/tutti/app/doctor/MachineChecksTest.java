package dev.tutti.app.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.FileReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineChecksTest {
    private static final String CPUINFO =
            "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Some Xeon\nflags\t\t: fpu sse2 avx avx2%s bmi2\n\n"
                    + "processor\t: 1\nmodel name\t: Some Xeon\nflags\t\t: fpu sse2 avx avx2%1$s bmi2\n";

    @TempDir
    private Path directory;

    /** A file of the kernel, which has no length and gives nothing to a second read. */
    @Test
    void shouldReadTheWholeLimitOfSocketBuffers() throws IOException {
        Path limit = Path.of("/proc/sys/net/core/rmem_max");
        assumeTrue(Files.exists(limit), "no " + limit);
        String expected;
        try (BufferedReader reader = new BufferedReader(new FileReader(limit.toFile(), StandardCharsets.UTF_8))) {
            expected = reader.readLine();
        }

        assertThat(MachineChecks.socketBuffers(limit, "receive").found())
                .matches("net.core.rmem_max = " + expected + "(,.*)?");
    }

    @Test
    void shouldBeContentWithTheLimitThatItAdvises() throws IOException {
        Path limit = Files.writeString(directory.resolve("wmem_max"), "212992\n");

        Check small = MachineChecks.socketBuffers(limit, "send");

        assertThat(small.verdict()).isEqualTo(Check.Verdict.WARN);
        assertThat(small.found()).isEqualTo("net.core.wmem_max = 212992, small for several machines");
        Files.writeString(limit, small.advice().replaceAll("\\D", ""));
        assertThat(MachineChecks.socketBuffers(limit, "send"))
                .isEqualTo(Check.ok("UDP send", "net.core.wmem_max = 4194304"));
    }

    @Test
    void shouldWarnOfAProcessorWithoutFma() {
        Check without = ProcessorCheck.of("amd64", CPUINFO.formatted("").lines().toList());

        assertThat(without.verdict()).isEqualTo(Check.Verdict.WARN);
        assertThat(without.found()).startsWith("Some Xeon, without FMA");
        assertThat(ProcessorCheck.of("amd64", CPUINFO.formatted(" fma").lines().toList()))
                .isEqualTo(Check.ok("Processor", "Some Xeon, with FMA"));
        assertThat(ProcessorCheck.of("amd64", CPUINFO.formatted(" fma4").lines().toList())
                        .verdict())
                .as("another instruction")
                .isEqualTo(Check.Verdict.WARN);
    }

    @Test
    void shouldNotWarnWhereItCannotKnow() {
        assertThat(ProcessorCheck.of("aarch64", List.of("Features\t: fp asimd")).verdict())
                .isEqualTo(Check.Verdict.OK);
        assertThat(ProcessorCheck.of("x86_64", List.of()).verdict()).isEqualTo(Check.Verdict.OK);
    }
}
