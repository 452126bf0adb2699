/** The {@code tutti} command: one class for each sub-command, what a run shows on the screen, and what it leaves on disk. */
package dev.tutti.app;
