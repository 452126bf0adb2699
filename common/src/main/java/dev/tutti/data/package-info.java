/**
 * Data sets, from files to mini-batches.
 *
 * <p>{@link dev.tutti.data.DataFiles} reads a built-in data set or a file into {@link dev.tutti.data.RawData};
 * {@link dev.tutti.data.PreparedData} splits and scales it into {@link dev.tutti.data.Dataset}s to train on, and keeps in
 * {@link dev.tutti.data.Preprocessing} how, for the model file. {@link dev.tutti.data.EpochOrder} says in which order an epoch
 * visits the samples, and {@link dev.tutti.data.MiniBatch} is a view of those that are worked on together. The forms and rules are
 * described in docs/data.md.
 */
package dev.tutti.data;
