/** The user's own data and models, as problems to be explained. */
package dev.tutti.app.explain.own;
