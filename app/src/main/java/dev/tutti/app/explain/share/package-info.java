/** The same step cut among workers: who computes what, who adds what, and that the bits are those of one process. */
package dev.tutti.app.explain.share;
