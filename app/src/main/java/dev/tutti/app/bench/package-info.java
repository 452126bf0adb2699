/** Load tests: what {@code tutti bench} measures. */
package dev.tutti.app.bench;
