/** Clients of the training service: jobs handed in, followed and fetched over HTTP. */
package dev.tutti.app.client;
