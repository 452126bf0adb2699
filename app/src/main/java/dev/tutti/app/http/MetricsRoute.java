package dev.tutti.app.http;

import dev.tutti.app.http.Api.Route;
import dev.tutti.app.service.JobService;
import dev.tutti.app.service.JobState;
import dev.tutti.app.service.Progress;
import dev.tutti.app.service.Totals;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What a Prometheus server scrapes. Names of jobs are no labels: there may be any number of them. */
final class MetricsRoute {
    private static final double NS_PER_SECOND = 1e9;

    private final JobService service;
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();

    MetricsRoute(JobService service) {
        this.service = service;
        registerJobs();
        registerTotals();
        registerRunning();
        JvmMetrics.builder().register(registry);
    }

    List<Route> routes() {
        return List.of(new Route(HandlerType.GET, "/metrics", this::metrics));
    }

    private void metrics(Context context) throws IOException {
        Bodies.requireQuery(context);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        writer.write(text, registry.scrape(), EscapingScheme.UNDERSCORE_ESCAPING);
        context.contentType(PrometheusTextFormatWriter.CONTENT_TYPE).result(text.toByteArray());
    }

    private void registerJobs() {
        GaugeWithCallback.builder()
                .name("tutti_jobs")
                .help("Jobs by state.")
                .labelNames("state")
                .callback(jobs -> {
                    Map<JobState, Integer> counts = service.jobs().counts();
                    for (JobState state : JobState.values()) {
                        jobs.call(counts.getOrDefault(state, 0), state.name());
                    }
                })
                .register(registry);
    }

    private void registerTotals() {
        counter("tutti_steps", "Updates made.", totals -> totals.steps.get());
        counter("tutti_samples", "Samples trained on.", totals -> totals.samples.get());
        counter("tutti_skipped_steps", "Steps left out, as not finite.", totals -> totals.skippedSteps.get());
        counter("tutti_generations", "Generations of workers begun.", totals -> totals.generations.get());
        counter("tutti_losses", "Generations with fewer threads than before.", totals -> totals.losses.get());
        counter("tutti_segments_reissued", "Segments handed out again.", totals -> totals.reissued.get());
        counter("tutti_frames_dropped", "Frames dropped.", totals -> totals.droppedFrames.get());
        counter("tutti_gradient_bytes", "Gradients received.", totals -> totals.receivedBytes.get());
        counter("tutti_weight_bytes", "Weights sent.", totals -> totals.sentBytes.get());
        CounterWithCallback.builder()
                .name("tutti_step_phase_seconds")
                .unit(Unit.SECONDS)
                .help("Time of steps by phase, as the coordinator sees it.")
                .labelNames("phase")
                .callback(phases -> {
                    for (Totals.Phase phase : Totals.Phase.values()) {
                        phases.call(
                                service.totals().phaseNs(phase) / NS_PER_SECOND,
                                phase.name().toLowerCase(Locale.ROOT));
                    }
                })
                .register(registry);
    }

    private void counter(String name, String help, ToDoubleFunction<Totals> value) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .callback(counter -> counter.call(value.applyAsDouble(service.totals())))
                .register(registry);
    }

    private void registerRunning() {
        gauge("tutti_job_loss", "Mean loss of the last step of the job that runs.", Progress.View::loss);
        gauge("tutti_job_samples_per_second", "Speed of the job that runs.", Progress.View::samplesPerSecond);
        gauge("tutti_job_seconds_left", "Time that the job that runs still takes.", Progress.View::secondsLeft);
        gauge("tutti_workers", "Compute threads that share the work of the job that runs.", Progress.View::workers);
    }

    /** Without a job there is no value, which is something else than 0. */
    private void gauge(String name, String help, ToDoubleFunction<Progress.View> value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(gauge -> service.running()
                        .ifPresent(running -> gauge.call(
                                value.applyAsDouble(running.progress().view()))))
                .register(registry);
    }
}
