package dev.tutti.planted.app.service;

import dev.tutti.planted.app.http.Door;
import io.javalin.http.Context;

/** A service that answers requests itself. */
public record SeesDoor(Door door, Context request) {}
