/** A cluster of child processes that is disturbed on purpose: what {@code tutti chaos} does. */
package dev.tutti.app.chaos;
