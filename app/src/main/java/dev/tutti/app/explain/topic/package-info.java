/** What is explained beside the steps of networks: matrix form, graphs, Jacobian, symmetry, threshold units. */
package dev.tutti.app.explain.topic;
