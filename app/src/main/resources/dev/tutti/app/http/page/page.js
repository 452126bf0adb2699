// The page of the service: which view is shown, and logging in.

import { byId, el } from "./dom.js";
import { API, attempt, call, onLoggedOut, post, tell } from "./service.js";
import { jobsView, newView } from "./jobs.js";
import { jobView } from "./job.js";
import { compareView } from "./compare.js";
import { clusterView } from "./cluster.js";
import { stepView } from "./step.js";

/** Views by the begin of the address; each returns what ends it. */
const VIEWS = [
  [/^#\/job\/([\w-]+)\/step$/, stepView],
  [/^#\/job\/([\w-]+)$/, jobView],
  [/^#\/compare\/([\w,-]+)$/, compareView],
  [/^#\/cluster$/, clusterView],
  [/^#\/new(?:\/([\w-]+))?$/, newView],
  [/.*/, jobsView],
];

/** Whether this browser has logged in before: the cookie itself is none of the page's business. */
const KNOWN = "tutti-known";

let end = () => {};
let shown = 0;

async function show() {
  const mine = ++shown;
  end();
  end = () => {};
  tell("");
  // Each view has a place of its own: one that was left before it was there draws where nobody looks.
  const main = el("div", {}, el("p", { class: "quiet" }, "…"));
  byId("main").replaceChildren(main);
  for (const link of byId("nav").querySelectorAll("a")) {
    const here = link.getAttribute("href") === (location.hash.match(/^#\/(new|cluster)?/)?.[0] ?? "#/");
    here ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
  }
  const [pattern, view] = VIEWS.find(([one]) => one.test(location.hash));
  const opened = await attempt(() => view(main, location.hash.match(pattern)[1]));
  if (mine !== shown) {
    opened?.();
    return;
  }
  end = opened ?? (() => {});
  const title = main.querySelector("h1");
  if (title !== null) {
    document.title = `${title.textContent} – Tutti`;
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
}

function showLogin() {
  shown++;
  end();
  end = () => {};
  localStorage.removeItem(KNOWN);
  byId("nav").hidden = true;
  byId("main").replaceChildren(byId("login").content.cloneNode(true));
  const field = byId("login-token");
  byId("login-form").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(async () => logIn(field.value.trim()));
  });
  field.focus();
}

async function logIn(secret) {
  await post("/login", { secret });
  localStorage.setItem(KNOWN, "yes");
  await enter();
}

async function enter() {
  await call(`${API}/jobs?limit=1`);
  byId("nav").hidden = false;
  await show();
}

async function begin() {
  onLoggedOut(showLogin);
  const code = new URLSearchParams(location.hash.slice(1)).get("login");
  if (code !== null) {
    history.replaceState(null, "", location.pathname);
    await attempt(() => logIn(code));
    if (byId("nav").hidden) {
      showLogin();
      tell("the link works once; log in with the token, or take the link that the service prints at its next start");
    }
  } else if (localStorage.getItem(KNOWN) === null) {
    showLogin();
  } else {
    await attempt(enter);
  }
  addEventListener("hashchange", () => {
    if (!byId("nav").hidden && location.hash !== "#main") {
      show();
    }
  });
}

begin();
