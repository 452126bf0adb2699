package dev.tutti.app.http;

import dev.tutti.files.FileOperations;
import dev.tutti.files.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;

/** What a client must know to be let in. Kept in a file that its owner alone can read. */
public final class Token {
    private static final int BYTES = 32;
    private static final Set<PosixFilePermission> OWNERS =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final byte[] text;

    /** Texts that nobody guesses. */
    static final class Secrets {
        private Secrets() {}

        /** Returns one of 256 random bits. */
        static String make() {
            byte[] random = new byte[BYTES];
            new SecureRandom().nextBytes(random);
            return HexFormat.of().formatHex(random);
        }
    }

    Token(String text) {
        this.text = text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads the token from a file, or makes one at the first start.
     *
     * @throws InputException if others could read the file, or it cannot be read or made
     */
    public static Token in(Path file) {
        try {
            if (!Files.exists(file)) {
                create(file);
            }
            requirePrivate(file);
            String text = Files.readString(file).strip();
            if (text.length() < BYTES) {
                throw new InputException(file + ": no token; delete the file, and a new one is made at the next start");
            }
            return new Token(text);
        } catch (IOException e) {
            throw new InputException(
                    file + ": cannot be read or made: " + e.getClass().getSimpleName() + ": " + e.getMessage()
                            + "; check the permissions of the directory",
                    e);
        }
    }

    private static void create(Path file) throws IOException {
        // A temporary file is its owner's alone from the beginning.
        Path temporary = Files.createTempFile(file.getParent(), ".token", ".tmp");
        try {
            if (isPosix(temporary)) {
                Files.setPosixFilePermissions(temporary, OWNERS);
            }
            Files.writeString(temporary, Secrets.make() + "\n");
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            FileOperations.SYSTEM.forceDirectory(file.getParent());
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static void requirePrivate(Path file) throws IOException {
        if (isPosix(file)) {
            Set<PosixFilePermission> found = Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS);
            if (!OWNERS.containsAll(found)) {
                throw new InputException(file + ": others may read or change the token ("
                        + PosixFilePermissions.toString(found) + "); make it yours alone with chmod 600");
            }
        }
    }

    private static boolean isPosix(Path file) {
        return Files.getFileAttributeView(file, PosixFileAttributeView.class) != null;
    }

    /** Whether this is what a client sent; takes as long for any other. */
    boolean matches(String sent) {
        return MessageDigest.isEqual(text, sent.getBytes(StandardCharsets.UTF_8));
    }
}
