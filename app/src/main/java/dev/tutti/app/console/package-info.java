/** What a person sees on a terminal or in a log, and how the process ends. */
package dev.tutti.app.console;
