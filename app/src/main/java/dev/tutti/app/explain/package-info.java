/** {@code tutti explain}: each number of a step of training, by hand and on workers. */
package dev.tutti.app.explain;
