package dev.tutti.kernel;

import java.io.IOException;
import java.io.InputStream;

/** Loads this package anew, so that constants read from system properties are read again. */
final class IsolatedClasses extends ClassLoader {
    private static final String PREFIX = "dev.tutti.kernel.";

    private IsolatedClasses() {
        super(IsolatedClasses.class.getClassLoader());
    }

    /** Calls a public static method without arguments of a fresh copy of a public class. */
    static Object call(Class<?> type, String method) {
        try {
            return new IsolatedClasses()
                    .loadClass(type.getName())
                    .getMethod(method)
                    .invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(PREFIX)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            byte[] bytes = in.readAllBytes();
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }
}
