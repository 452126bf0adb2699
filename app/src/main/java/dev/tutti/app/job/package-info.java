/** Jobs that are handed to a coordinator process: their queue, their status and how they end; not how they come. */
package dev.tutti.app.job;
