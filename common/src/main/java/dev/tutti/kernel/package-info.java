/** Forward and backward passes: the scalar reference and the Vector API kernel, which give the same bits. */
package dev.tutti.kernel;
