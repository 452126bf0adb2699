/** Data sets: formats, preprocessing, the order of an epoch, mini-batches. */
package dev.tutti.data;
