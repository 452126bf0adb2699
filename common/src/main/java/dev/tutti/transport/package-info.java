/** Aeron: media driver, streams of vectors, back pressure. */
package dev.tutti.transport;
