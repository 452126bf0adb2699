/** The HTTP door of the service: who may come in, routes, answers. The only place that knows the HTTP library. */
package dev.tutti.app.http;
