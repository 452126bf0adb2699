package dev.tutti.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * To whom else a run is told.
 *
 * @param tensorboard directory for event files; absent for none
 * @param mlflow address of an MLflow server; absent for none
 */
public record TrackingSettings(Optional<Path> tensorboard, Optional<URI> mlflow) {}
