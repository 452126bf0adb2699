/** Optimizers: from the averaged gradient to new parameters. */
package dev.tutti.optim;
