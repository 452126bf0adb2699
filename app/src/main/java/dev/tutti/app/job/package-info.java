/** Jobs that clients hand to a coordinator process. */
package dev.tutti.app.job;
