/** Tutti from Java code, to be copied from. */
package dev.tutti.examples;
