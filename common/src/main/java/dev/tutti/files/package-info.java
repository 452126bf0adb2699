/**
 * Files, whatever is in them: written whole or not at all, JSON read strictly, the safetensors format, SHA-256; and the error for
 * bad input. Knows nothing of the other packages.
 */
package dev.tutti.files;
