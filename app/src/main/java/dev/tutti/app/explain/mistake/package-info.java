/** What students think, the experiment, and the wrong numbers beside the right ones. */
package dev.tutti.app.explain.mistake;
