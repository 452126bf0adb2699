/** A run as one page that needs nothing else. */
package dev.tutti.app.report;
