/** The exercises that come with the program. */
package dev.tutti.app.explain.exercise;
