// Talking to the service.

import { byId } from "./dom.js";

export const API = "/api/v1";
export const OVER = ["SUCCEEDED", "FAILED", "CANCELLED"];

/** What the service has refused: a line for people, and the setting that it is about. */
export class Refused extends Error {
  constructor(line, status = 0, key = "") {
    super(line);
    this.status = status;
    this.key = key;
  }
}

let whenLoggedOut = () => {};

export function onLoggedOut(does) {
  whenLoggedOut = does;
}

/** Calls the service; what it refuses is thrown with the line that it says. */
export async function call(path, options = {}) {
  let answer;
  let body;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...options });
    body = answer.status === 204 ? null : await answer.json();
  } catch {
    throw new Refused("the service does not answer; is it running?");
  }
  if (answer.status === 401 && path !== "/login") {
    whenLoggedOut();
  }
  if (!answer.ok) {
    const refused = new Refused(body.detail, answer.status, body.key);
    refused.login = path === "/login";
    throw refused;
  }
  return body;
}

export const post = (path, body, headers = {}) =>
  call(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

/** Tells people something, and those who hear the page as well. */
export function tell(text, good = false) {
  const notice = byId("notice");
  if (notice.textContent !== text) {
    notice.textContent = text;
  }
  notice.className = text === "" ? "" : good ? "good" : "bad";
}

/** Runs what somebody has asked for, and tells what went wrong. */
export async function attempt(what) {
  tell("");
  return attemptQuietly(what);
}

/** The same for what nobody has asked for: what was told before stays unless there is a new problem. */
export async function attemptQuietly(what) {
  try {
    return await what();
  } catch (problem) {
    if (!(problem instanceof Refused)) {
      throw problem;
    }
    // Who is logged out sees the form that lets in again.
    if (problem.status !== 401 || problem.login) {
      tell(problem.message);
    }
    return undefined;
  }
}

/** A button that is found again by its key when its list is made anew. */
export function button(text, does, label, key, look = "") {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.className = look;
  made.setAttribute("aria-label", label);
  made.dataset.key = key;
  made.addEventListener("click", () => attempt(does));
  return made;
}
