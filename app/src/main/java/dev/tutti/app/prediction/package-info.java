/** What a saved model says about rows of data. */
package dev.tutti.app.prediction;
