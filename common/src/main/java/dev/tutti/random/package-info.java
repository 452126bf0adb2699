/** Random numbers that depend on what they are for, never on who asks or when. */
package dev.tutti.random;
