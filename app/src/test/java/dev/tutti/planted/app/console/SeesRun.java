package dev.tutti.planted.app.console;

import dev.tutti.planted.app.run.SeesConsole;

/** The other half. */
public record SeesRun(SeesConsole other) {}
