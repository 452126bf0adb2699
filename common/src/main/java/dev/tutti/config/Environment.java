package dev.tutti.config;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** What the process learns from its machine, its virtual machine and the launcher. */
public final class Environment {
    private static final int USUAL_COLUMNS = 80;

    private Environment() {}

    /** Number of processors this process may use. */
    public static int processors() {
        return Runtime.getRuntime().availableProcessors();
    }

    /** Version of Java, such as {@code 25.0.3}. */
    public static String javaVersion() {
        return Runtime.version().toString();
    }

    /** Feature release of Java, such as 25. */
    public static int javaFeature() {
        return Runtime.version().feature();
    }

    /** Home of the running Java. */
    public static String javaHome() {
        return System.getProperty("java.home", "");
    }

    /** Home directory of the user. */
    public static String home() {
        return System.getProperty("user.home", "/");
    }

    /** Name and architecture of the operating system. */
    public static String machine() {
        return System.getProperty("os.name") + " " + System.getProperty("os.arch");
    }

    /** Architecture of the processor as Java names it, such as {@code amd64} or {@code aarch64}. */
    public static String architecture() {
        return System.getProperty("os.arch", "");
    }

    /** Most memory the heap may take, in bytes. */
    public static long maxHeapBytes() {
        return Runtime.getRuntime().maxMemory();
    }

    /** Whether the launcher found standard output ({@code out}) or standard error ({@code err}) to be a terminal. */
    public static boolean isTerminal(String stream) {
        return Boolean.getBoolean("tutti.terminal." + stream);
    }

    /** Whether standard output shows colours: a terminal, and the user has not asked for none ({@code NO_COLOR}). */
    public static boolean showsColours() {
        return showsColours(isTerminal("out"), System.getenv("NO_COLOR"));
    }

    static boolean showsColours(boolean terminal, String noColour) {
        return terminal && (noColour == null || noColour.isEmpty());
    }

    /** Width of the terminal in characters. */
    public static int columns() {
        int columns = Integer.getInteger("tutti.columns", USUAL_COLUMNS);
        return columns > 0 ? columns : USUAL_COLUMNS;
    }

    /** Descriptor of the real standard error, where the launcher filters what the virtual machine itself says at its start. */
    public static OptionalInt standardErrorDescriptor() {
        Integer descriptor = Integer.getInteger("tutti.stderr");
        return descriptor == null ? OptionalInt.empty() : OptionalInt.of(descriptor);
    }

    /** Command with which another process of the same Java and flags is started on {@code mainClass}. */
    public static List<String> commandOfThisProcess(String mainClass) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(javaHome(), "bin", "java").toString());
        // What the launcher says of this process's own terminal does not hold for another.
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> !flag.startsWith("-Dtutti.") || flag.startsWith("-Dtutti.kernel"))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        return command;
    }
}
