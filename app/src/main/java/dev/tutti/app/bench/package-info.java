/** What {@code tutti bench} measures: a cluster under load, the kernel of this machine. */
package dev.tutti.app.bench;
