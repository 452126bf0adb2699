/** Runs as the tools of others show them: event files for TensorBoard, calls of an MLflow server. */
package dev.tutti.app.tracking;
