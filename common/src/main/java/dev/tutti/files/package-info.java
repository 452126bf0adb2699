/** Reading and writing files safely, and the error for bad input. Knows nothing of the other packages. */
package dev.tutti.files;
