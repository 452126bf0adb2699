// Making and finding elements.

export const byId = (id) => document.getElementById(id);

/** An element with attributes and children; texts stay texts. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) {
      made.setAttribute(key, "");
    } else if (value !== false && value !== undefined && value !== null) {
      made.setAttribute(key, value);
    }
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** The same for pictures. */
export function part(name, attributes = {}, text = "") {
  const made = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  made.textContent = text;
  return made;
}

/** A table with a head; the cells of its rows are texts, elements, or [element or text, attributes of the cell]. */
export function table(caption, head, rows, attributes = {}) {
  // On a narrow screen some tables are shown as a card for each row, and are tables all the same.
  const stacked = attributes.class?.includes("stack") ?? false;
  const role = (of) => (stacked ? { role: of } : {});
  const cell = (name) => (content, at) => {
    const [inside, more] = Array.isArray(content) ? content : [content, {}];
    const own = name === "th" ? { scope: "col", ...role("columnheader") } : { ...role("cell"), ...(stacked ? { "data-label": head[at] } : {}) };
    return el(name, { ...own, ...more }, inside ?? "");
  };
  return el(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    el(
      "table",
      { ...role("table"), ...attributes },
      el("caption", { class: "hidden" }, caption),
      el("thead", role("rowgroup"), el("tr", role("row"), ...head.map(cell("th")))),
      el("tbody", role("rowgroup"), ...rows.map((row) => el("tr", role("row"), ...row.map(cell("td"))))),
    ),
  );
}

/** Replaces what is inside, and leaves the focus and the place of lists that scroll where they were. */
export function replace(inside, ...children) {
  const key = inside.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const places = [...inside.querySelectorAll(".scroll")].map((list) => list.scrollLeft);
  inside.replaceChildren(...children);
  if (key !== undefined) {
    [...inside.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key)?.focus();
  }
  [...inside.querySelectorAll(".scroll")].forEach((list, at) => {
    list.scrollLeft = places[at] ?? 0;
  });
}

/** Numbers as people read them. */
export const number = (value, digits = 4) =>
  Number.isFinite(value) ? String(Number(value.toPrecision(digits))) : "";

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

export const perSecond = (value) => (Number.isFinite(value) ? `${compact.format(value)}/s` : "");

export const count = (value) => (value === undefined ? "" : value.toLocaleString("en"));

export function bytes(value) {
  if (value === undefined) {
    return "";
  }
  const units = ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at++;
  }
  return `${at === 0 ? value : value.toPrecision(3)} ${units[at]}`;
}

export function duration(seconds) {
  if (!Number.isFinite(seconds)) {
    return "";
  }
  const whole = Math.ceil(seconds);
  if (whole < 60) {
    return `${whole} s`;
  }
  if (whole < 3600) {
    return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  }
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export const percent = (share) => (Number.isFinite(share) ? `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %` : "");

export const STATES = {
  QUEUED: "queued",
  RUNNING: "running",
  FROZEN: "frozen",
  SUCCEEDED: "succeeded",
  FAILED: "failed",
  CANCELLED: "cancelled",
  INTERRUPTED: "interrupted",
};

/** Whether it is a job's turn. */
export const isUnderWay = (job) => job?.state === "RUNNING" || job?.state === "FROZEN";

/** The state of a job as a badge. */
export function badge(job) {
  const text = job.cancelRequested ? "stopping" : (STATES[job.state] ?? job.state);
  return el("span", { class: `badge ${job.state.toLowerCase()}` }, text);
}
