/** The summation tree over the segments of a global batch. */
package dev.tutti.reduce;
