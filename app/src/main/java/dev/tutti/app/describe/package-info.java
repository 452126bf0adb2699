/** What a table holds, and what training would make of it, for people and for programs. */
package dev.tutti.app.describe;
