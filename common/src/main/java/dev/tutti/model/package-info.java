/** What is trained: the network's shape, the layout of its parameters, initial weights. Knows nothing of data. */
package dev.tutti.model;
