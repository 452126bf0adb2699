/** One run of tutti train: its directory, its records, its trainer. */
package dev.tutti.app.run;
