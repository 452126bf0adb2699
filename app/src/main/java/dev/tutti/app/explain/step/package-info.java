/** One step of training with all its numbers: computed by the kernels, described by records, checked by central differences. */
package dev.tutti.app.explain.step;
