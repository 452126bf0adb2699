/** Trained models in the forms of other programs. */
package dev.tutti.app.export;
