/** The course of a training run, apart from any network: the state, the update, and the reference trainer. */
package dev.tutti.train;
