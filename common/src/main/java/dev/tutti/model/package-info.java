/** What is trained: the network's shape, the layout of its parameters, initial weights, and the model file. */
package dev.tutti.model;
