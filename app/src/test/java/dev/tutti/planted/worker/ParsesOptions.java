package dev.tutti.planted.worker;

import dev.tutti.planted.coordinator.actor.SeesWorker;
import picocli.CommandLine;

/** The command line in a worker, which sees a coordinator besides. */
public record ParsesOptions(CommandLine commandLine, SeesWorker coordinator) {}
