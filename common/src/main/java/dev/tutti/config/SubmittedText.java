package dev.tutti.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import dev.tutti.files.InputException;
import java.io.File;
import java.net.URL;

/**
 * Reads HOCON that comes from another machine: nothing in it makes this process read a file, an address, its environment or
 * its properties. Values only: includes and substitutions have been resolved where the text was written.
 */
final class SubmittedText {
    private static final String ORIGIN = "submitted job";
    private static final int MOST_CHARACTERS = 1 << 18;

    private SubmittedText() {}

    /** @throws InputException if the text is not HOCON, or has more than values; the message quotes nothing but the text */
    static ConfigObject parse(String text) {
        if (text.length() > MOST_CHARACTERS) {
            throw new InputException(
                    ORIGIN + ": too long: " + text.length() + " characters, allowed: up to " + MOST_CHARACTERS);
        }
        try {
            Config config = ConfigFactory.parseString(
                    text,
                    ConfigParseOptions.defaults()
                            .setSyntax(ConfigSyntax.CONF)
                            .setOriginDescription(ORIGIN)
                            .setIncluder(new NoIncludes()));
            if (!config.isResolved()) {
                throw new InputException(ORIGIN + ": has a substitution, ${...}; allowed: values only");
            }
            return config.root();
        } catch (ConfigException e) {
            throw new InputException(ORIGIN + ": not valid HOCON: " + e.getMessage(), e);
        } catch (StackOverflowError e) {
            throw new InputException(ORIGIN + ": not valid HOCON: nested too deeply", e);
        }
    }

    /** Refuses every form of {@code include}. */
    private static final class NoIncludes
            implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {
        @Override
        public ConfigIncluder withFallback(ConfigIncluder fallback) {
            return this;
        }

        @Override
        public ConfigObject include(ConfigIncludeContext context, String what) {
            throw refused();
        }

        @Override
        public ConfigObject includeFile(ConfigIncludeContext context, File what) {
            throw refused();
        }

        @Override
        public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
            throw refused();
        }

        @Override
        public ConfigObject includeResources(ConfigIncludeContext context, String what) {
            throw refused();
        }

        private static InputException refused() {
            return new InputException(ORIGIN + ": has an include; allowed: values only");
        }
    }
}
