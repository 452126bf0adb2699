package dev.tutti.config;

import dev.tutti.files.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Where the files of submitted jobs lie: what a job names becomes a path on the service's machine, and none may lead out of these
 * directories.
 *
 * @param data below which jobs find data
 * @param runs below which run directories are made
 */
public record JobRoots(Path data, Path runs) {
    private static final int MOST_LINKS = 40;

    /**
     * Returns the path that {@code text} stands for, relative to {@code root} unless absolute: with symbolic links and {@code ..}
     * resolved, so that it can be used as it is. Below the working directory it is relative to that, so that messages about it do not
     * tell where that is. Says the same of every path that leads out, whether something is there or not:
     * nothing outside of the root is looked at. The file need not exist.
     *
     * @param root one of the two directories
     * @return empty if the path is not below the root
     * @throws InputException if the root itself cannot be read
     */
    static Optional<Path> below(Path root, String text) {
        Path absolute = root.toAbsolutePath().normalize();
        try {
            Path real = Files.exists(absolute) ? absolute.toRealPath() : absolute;
            Path here = Path.of("").toRealPath();
            return Optional.ofNullable(walk(absolute, real, Path.of(text)))
                    .filter(found -> !found.equals(real))
                    .map(found -> found.startsWith(here) ? here.relativize(found) : found);
        } catch (InvalidPathException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new InputException("a root of the service's jobs cannot be read", e);
        }
    }

    /** One name after the other, as a link changes what {@code ..} after it means. */
    private static Path walk(Path root, Path real, Path given) throws IOException {
        Deque<Path> left = new ArrayDeque<>();
        int links = 0;
        Path at = real;
        if (!prepend(left, root, real, given)) {
            return null;
        }
        while (!left.isEmpty()) {
            String name = left.pop().toString();
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            Path next = name.equals("..") ? at.getParent() : at.resolve(name);
            if (next == null || !next.startsWith(real)) {
                return null;
            }
            if (!Files.isSymbolicLink(next)) {
                at = next;
                continue;
            }
            Path target = Files.readSymbolicLink(next);
            if (++links > MOST_LINKS || !prepend(left, root, real, target)) {
                return null;
            }
            at = target.isAbsolute() ? real : at;
        }
        return at;
    }

    /** Puts the names of a path before those that are left; false if it is absolute and does not begin with the root. */
    private static boolean prepend(Deque<Path> left, Path root, Path real, Path path) {
        Path relative = path;
        if (path.isAbsolute()) {
            Path base = path.startsWith(real) ? real : root;
            if (!path.startsWith(base)) {
                return false;
            }
            relative = base.relativize(path);
        }
        for (int i = relative.getNameCount() - 1; i >= 0; i--) {
            left.push(relative.getName(i));
        }
        return true;
    }
}
