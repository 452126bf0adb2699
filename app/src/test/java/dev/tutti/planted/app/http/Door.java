package dev.tutti.planted.app.http;

/** A door. */
public record Door() {}
