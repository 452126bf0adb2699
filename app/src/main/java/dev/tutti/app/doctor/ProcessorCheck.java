package dev.tutti.app.doctor;

import dev.tutti.config.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether the processor has an instruction for {@code a * b + c} with one rounding (FMA). The kernel consists of little else; without
 * the instruction Java computes each in software, to the same bits, but hundreds of times as slowly.
 */
final class ProcessorCheck {
    private static final String WHAT = "Processor";
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");
    private static final Set<String> X86 = Set.of("amd64", "x86_64");

    private ProcessorCheck() {}

    static Check ofThisMachine() {
        try {
            return of(Environment.architecture(), Files.readAllLines(CPUINFO));
        } catch (IOException e) {
            return of(Environment.architecture(), List.of());
        }
    }

    /**
     * Checks the first processor; all of a machine are alike.
     *
     * @param architecture as Java names it
     * @param cpuinfo lines of Linux's {@code /proc/cpuinfo}; none where there is no such file
     */
    static Check of(String architecture, List<String> cpuinfo) {
        if (!X86.contains(architecture)) {
            return Check.ok(WHAT, architecture);
        }
        Optional<List<String>> flags = value(cpuinfo, "flags").map(line -> List.of(line.split(" +", -1)));
        String name = value(cpuinfo, "model name").orElse(architecture);
        if (flags.isEmpty()) {
            return Check.ok(WHAT, name + "; whether it has FMA is not known on this system");
        }
        if (flags.get().contains("fma")) {
            return Check.ok(WHAT, name + ", with FMA");
        }
        return Check.warn(
                WHAT,
                name + ", without FMA: training is some hundred times slower",
                "train on a processor of 2013 or later; if this is a virtual machine, let it see the host's processor");
    }

    private static Optional<String> value(List<String> cpuinfo, String key) {
        return cpuinfo.stream()
                .map(line -> line.split("\\s*:\\s*", 2))
                .filter(parts -> parts.length == 2 && parts[0].equals(key))
                .map(parts -> parts[1].strip())
                .findFirst();
    }
}
