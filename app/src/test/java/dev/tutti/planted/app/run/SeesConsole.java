package dev.tutti.planted.app.run;

import dev.tutti.planted.app.console.SeesRun;

/** One half of a circle. */
public record SeesConsole(SeesRun other) {}
