package dev.tutti.app.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.files.FileOperations;
import dev.tutti.files.StrictJson;
import dev.tutti.files.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The one job of a service whose home goes while it is needed. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JobServiceTest {
    @TempDir
    private Path folder;

    private final List<String> trained = new ArrayList<>();

    private static void remove(Path path) {
        try {
            Trees.delete(FileOperations.SYSTEM, path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void submit(JobService service) {
        service.jobs().submit(new JobStore.Request("one", 0, StrictJson.MAPPER.createObjectNode(), "", ""));
    }

    @Test
    void shouldEndWithItsOneJobThoughThatCannotBeNotedDown() throws Exception {
        try (Home home = Home.open(folder.resolve("home"));
                JobService service = JobService.open(home, 1)) {
            submit(service);
            service.runOne((job, run, lines, progress) -> {
                trained.add(job.name());
                remove(home.jobs());
                return "{}";
            });
        }
        assertThat(trained).containsExactly("one");
    }

    @Test
    void shouldSayThatItsOneJobWasNotBegun() {
        try (Home home = Home.open(folder.resolve("home"));
                JobService service = JobService.open(home, 1)) {
            submit(service);
            remove(home.jobs());
            assertThatThrownBy(() -> service.runOne((job, run, lines, progress) -> {
                        trained.add(job.name());
                        return "{}";
                    }))
                    .isInstanceOf(ServiceException.class)
                    .hasMessageContaining("cannot keep the job");
        }
        assertThat(trained).isEmpty();
    }
}
