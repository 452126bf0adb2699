/** Checks of this machine. */
package dev.tutti.app.doctor;
