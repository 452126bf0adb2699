/** A trained model as a file: the network with its parameters, and how data becomes its inputs. */
package dev.tutti.savedmodel;
