/** {@code tutti bench transport}: how fast vectors go between hosts, over the streams that a cluster uses. */
package dev.tutti.app.bench.transport;
