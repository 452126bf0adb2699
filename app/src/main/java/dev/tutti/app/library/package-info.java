/**
 * Training and using networks from Java: {@link dev.tutti.app.library.Training} makes a {@link dev.tutti.app.library.TrainedModel}. No
 * process is started, and nothing is written but what is asked for.
 */
package dev.tutti.app.library;
