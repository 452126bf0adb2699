package dev.tutti.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Has packets between containers dropped, by rules of the Docker host that are there for as long as this is open. */
final class Firewall implements AutoCloseable {
    private static final String CHAIN = "DOCKER-USER";
    private static final String COMMENT = "dev.tutti.faults";
    private static final Pattern PACKETS = Pattern.compile(" -c (\\d+) \\d+ ");

    private final List<String[]> rules = new ArrayList<>();

    /** Whether this machine is the Docker host and lets this process make rules. */
    static boolean isUsable() {
        try {
            return run("-S", CHAIN).exitCode == 0;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** Removes what a killed test run has left. */
    static void removeLeftovers() {
        run("-S", CHAIN)
                .out
                .lines()
                .filter(rule -> rule.contains(COMMENT))
                .forEach(rule -> check(rule.replaceFirst("^-A", "-D").split(" ")));
    }

    /** Drops what matches, in the words of iptables. */
    Firewall drop(String... match) {
        List<String> rule = new ArrayList<>(List.of(CHAIN));
        rule.addAll(Arrays.asList(match));
        rule.addAll(List.of("-m", "comment", "--comment", COMMENT, "-j", "DROP"));
        String[] words = rule.toArray(String[]::new);
        check(with("-I", words));
        rules.add(words);
        return this;
    }

    /** Number of packets that were dropped. */
    long dropped() {
        return run("-v", "-S", CHAIN)
                .out
                .lines()
                .filter(rule -> rule.contains(COMMENT))
                .flatMap(rule -> PACKETS.matcher(rule).results())
                .map((MatchResult packets) -> packets.group(1))
                .mapToLong(Long::parseLong)
                .sum();
    }

    /** Lets everything pass again; a second call does nothing. */
    @Override
    public void close() {
        rules.forEach(rule -> check(with("-D", rule)));
        rules.clear();
    }

    private static String[] with(String action, String... rule) {
        List<String> words = new ArrayList<>(List.of(action));
        words.addAll(Arrays.asList(rule));
        return words.toArray(String[]::new);
    }

    private static void check(String... arguments) {
        Outcome outcome = run(arguments);
        if (outcome.exitCode != 0) {
            throw new IllegalStateException("iptables " + String.join(" ", arguments) + ": " + outcome.out);
        }
    }

    private static Outcome run(String... arguments) {
        List<String> command = new ArrayList<>(List.of("iptables", "-w", "5"));
        command.addAll(Arrays.asList(arguments));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Outcome(process.waitFor(), out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private record Outcome(int exitCode, String out) {}
}
