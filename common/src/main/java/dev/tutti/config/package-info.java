/** Settings as validated records, and the only readers of files, environment and properties that configure a run. */
package dev.tutti.config;
