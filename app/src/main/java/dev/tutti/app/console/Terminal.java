package dev.tutti.app.console;

import dev.tutti.config.Environment;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/** The standard streams of this process. */
public final class Terminal {
    private Terminal() {}

    /**
     * The launcher filters what the virtual machine says on standard error at its start (that it uses an incubating module); our own
     * lines go past the filter to the stream it was made from.
     */
    public static void useRealStandardError() {
        OptionalInt descriptor = Environment.standardErrorDescriptor();
        if (descriptor.isPresent()) {
            try {
                FileOutputStream stream = new FileOutputStream(open(descriptor.getAsInt()));
                System.setErr(new PrintStream(stream, true, StandardCharsets.UTF_8));
            } catch (ReflectiveOperationException | InaccessibleObjectException e) {
                // Another Java keeps this closed: the filtered stream will do.
                return;
            }
        }
    }

    /** Java has no public way to a descriptor it has inherited; to open /dev/fd anew fails for sockets, and loses the place in files. */
    private static FileDescriptor open(int descriptor) throws ReflectiveOperationException {
        Constructor<FileDescriptor> constructor = FileDescriptor.class.getDeclaredConstructor(int.class);
        constructor.setAccessible(true);
        return constructor.newInstance(descriptor);
    }
}
