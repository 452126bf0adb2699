/** A coordinator process: jobs come from clients, are trained one after the other, and told about. */
package dev.tutti.app.server;
