/** What machines bring, measured and predicted: arithmetic alone. The formulas are in docs/scaling.md. */
package dev.tutti.app.advice;
