/** The layout of frames, as flyweights over Agrona buffers. */
package dev.tutti.wire;
