/** The commands: what the user says, checked and handed on. */
package dev.tutti.app.command;
