/** Checkpoints: where a run stands, on disk, so that it can go on to the same bits. docs/checkpoints.md has the format. */
package dev.tutti.checkpoint;
