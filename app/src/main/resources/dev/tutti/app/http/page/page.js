// The page of the service: jobs, a form for new ones, and the curves of the one that is shown.

const byId = (id) => document.getElementById(id);
const api = "/api/v1";
const OVER = ["SUCCEEDED", "FAILED", "CANCELLED"];
const LIST_MS = 2000;
const MOST_POINTS = 1000;

let shown = null; // id of the job that is shown
let stream = null; // its metrics as they come
let epochs = []; // its metrics so far
let shownState = "";
let limit = 20;

class Refused extends Error {}

/** Calls the service; what it refuses is thrown with the line that it says. */
async function call(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new Refused("the service does not answer; is it running?");
  }
  if (answer.status === 401 && path !== "/login") {
    showLogin();
  }
  const body = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) {
    throw new Refused(body.detail);
  }
  return body;
}

const post = (path, body) =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

function tell(text) {
  byId("notice").textContent = text;
}

/** Runs what somebody has asked for, and tells what went wrong. */
async function attempt(what) {
  try {
    tell("");
    await what();
  } catch (problem) {
    if (!(problem instanceof Refused)) {
      throw problem;
    }
    tell(problem.message);
  }
}

function element(name, text = "", attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

/** A button of a list that is made anew again and again: the key finds it again. */
function button(text, does, label, key) {
  const made = element("button", text, { "aria-label": label, "data-key": key });
  made.type = "button";
  made.addEventListener("click", () => attempt(does));
  return made;
}

// Logging in: by the link that the service prints, which works once, or by its token.

function showLogin() {
  stopStream();
  byId("service").hidden = true;
  byId("login").hidden = false;
}

async function logIn(secret) {
  await post("/login", { secret });
  byId("login").hidden = true;
  await showService();
}

byId("login-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = byId("login-token");
  attempt(async () => {
    await logIn(field.value.trim());
    field.value = "";
  });
});

async function showService() {
  await listData();
  await listJobs();
  byId("service").hidden = false;
}

// New jobs.

async function listData() {
  const select = byId("data");
  const before = select.value;
  const builtIn = ["digits", "iris", "wine", "breast_cancer", "diabetes", "xor"];
  const uploads = (await call(api + "/data")).data;
  select.replaceChildren(
    ...builtIn.map((name) => element("option", name, { value: name })),
    ...uploads.map((data) => element("option", data.name, { value: data.id })),
  );
  if ([...select.options].some((option) => option.value === before)) {
    select.value = before;
  }
}

byId("new-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const settings = {};
  for (const key of ["data", "hidden", "epochs", "lr", "batch", "seed", "target"]) {
    const value = form.get(key).trim();
    if (value !== "") {
      settings[key] = value;
    }
  }
  for (const pair of form.get("more").split(/\s+/).filter((part) => part !== "")) {
    const equals = pair.indexOf("=");
    settings[pair.slice(0, equals)] = pair.slice(equals + 1);
  }
  attempt(async () => {
    const job = await post(api + "/jobs", settings);
    await listJobs();
    await show(job.id);
  });
});

byId("upload-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const file = byId("file").files[0];
  attempt(async () => {
    const data = await call(api + "/data?name=" + encodeURIComponent(file.name), {
      method: "POST",
      headers: { "Content-Type": "application/octet-stream" },
      body: file,
    });
    await listData();
    byId("data").value = data.id;
    tell(`uploaded: ${data.name}, ${data.bytes} bytes`);
  });
});

// The list.

async function listJobs() {
  const page = await call(`${api}/jobs?limit=${limit}`);
  const rows = await Promise.all(page.jobs.map(row));
  const focused = document.activeElement?.dataset?.key;
  byId("jobs").replaceChildren(...rows);
  if (focused !== undefined) {
    byId("jobs").querySelector(`[data-key="${focused}"]`)?.focus();
  }
  byId("older").hidden = page.next === undefined || limit >= 200;
}

async function row(job) {
  const made = element("tr", "", job.id === shown ? { class: "shown" } : {});
  const name = button(job.name, () => show(job.id), `Show ${job.name}`, `show-${job.id}`);
  name.className = "link";
  const first = element("td");
  first.append(name);
  const progress = job.state === "RUNNING" ? progressOf(await call(`${api}/jobs/${job.id}`)) : "";
  const hash = job.weightsSha256 ?? "";
  made.append(
    first,
    element("td", job.cancelRequested ? "stopping" : job.state),
    element("td", progress),
    element("td", new Date(job.created).toLocaleString()),
    element("td", hash.slice(0, 12), { title: hash }),
    actions(job),
  );
  return made;
}

function progressOf(job) {
  const at = job.progress;
  if (at === undefined || at.steps === 0) {
    return "";
  }
  if (at.waitsForWorkers) {
    return "waits for workers";
  }
  const left = at.secondsLeft === undefined ? "" : `, ${Math.ceil(at.secondsLeft)} s left`;
  return `epoch ${at.epoch} of ${at.epochs}${left}`;
}

function actions(job) {
  const cell = element("td");
  const one = (verb, method, suffix) =>
    button(verb, async () => {
      await call(`${api}/jobs/${job.id}${suffix}`, { method });
      if (suffix === "" && job.id === shown) {
        hide();
      }
      await listJobs();
    }, `${verb} ${job.name}`, `${verb}-${job.id}`);
  if (!OVER.includes(job.state)) {
    cell.append(one("Cancel", "POST", "/cancel"));
  } else {
    if (job.state !== "SUCCEEDED") {
      cell.append(one("Resume", "POST", "/resume"));
    }
    cell.append(one("Delete", "DELETE", ""));
  }
  return cell;
}

byId("older").addEventListener("click", () => attempt(async () => {
  limit = Math.min(200, limit * 3);
  await listJobs();
}));

// One job.

function stopStream() {
  stream?.close();
  stream = null;
}

function hide() {
  stopStream();
  shown = null;
  byId("job").hidden = true;
}

async function show(id) {
  stopStream();
  shown = id;
  epochs = [];
  await refresh();
  byId("job").hidden = false;
  byId("job-title").scrollIntoView({ block: "nearest" });
}

/** Takes what is there, and follows what comes. */
async function refresh() {
  const id = shown;
  const job = await call(`${api}/jobs/${id}`);
  const metrics = await call(`${api}/jobs/${id}/metrics?points=${MOST_POINTS}`);
  if (id !== shown) {
    return;
  }
  shownState = job.state;
  epochs = metrics.metrics.filter((line) => line.trainLoss !== undefined);
  byId("job-title").textContent = `${job.name}: ${job.state}`;
  byId("problem").textContent = job.problem ?? "";
  byId("details").textContent = JSON.stringify({ settings: job.settings, summary: job.summary }, null, 2);
  const model = byId("model");
  model.hidden = job.state !== "SUCCEEDED";
  model.href = `${api}/jobs/${id}/model`;
  draw();
  stopStream();
  if (!OVER.includes(job.state)) {
    stream = new EventSource(`${api}/jobs/${id}/metrics?after=${metrics.of}`);
    stream.addEventListener("message", (event) => {
      const line = JSON.parse(event.data);
      if (line.trainLoss !== undefined) {
        epochs.push(line);
        drawSoon();
      }
    });
  }
}

let drawing = false;

function drawSoon() {
  if (!drawing) {
    drawing = true;
    requestAnimationFrame(() => {
      drawing = false;
      draw();
    });
  }
}

function draw() {
  while (epochs.length > 2 * MOST_POINTS) {
    epochs = epochs.filter((_, number) => number % 2 === 0 || number === epochs.length - 1);
  }
  curves(byId("loss"), ["trainLoss", "validationLoss"]);
  curves(byId("accuracy"), ["trainAccuracy", "validationAccuracy"]);
  const rows = epochs.slice(-50).reverse().map((at) => {
    const made = element("tr");
    made.append(element("td", at.epoch));
    for (const key of ["trainLoss", "trainAccuracy", "validationLoss", "validationAccuracy"]) {
      made.append(element("td", at[key]?.toPrecision(4) ?? ""));
    }
    return made;
  });
  byId("epochs").replaceChildren(...rows);
}

const SVG = "http://www.w3.org/2000/svg";

function part(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  made.textContent = text;
  return made;
}

/** Two curves over the epochs, the scale from the least to the greatest value. */
function curves(svg, keys) {
  const values = epochs.flatMap((at) => keys.map((key) => at[key])).filter(Number.isFinite);
  svg.replaceChildren();
  if (values.length === 0) {
    svg.append(part("text", { x: 190, y: 125 }, "no values yet"));
    return;
  }
  const low = Math.min(...values);
  const high = Math.max(...values);
  const first = epochs[0].epoch;
  const last = epochs[epochs.length - 1].epoch;
  const x = (epoch) => 60 + 405 * (last === first ? 0.5 : (epoch - first) / (last - first));
  const y = (value) => 205 - 185 * (high === low ? 0.5 : (value - low) / (high - low));
  svg.append(
    part("line", { x1: 60, y1: 210, x2: 470, y2: 210, class: "axis" }),
    part("line", { x1: 60, y1: 10, x2: 60, y2: 210, class: "axis" }),
    part("text", { x: 4, y: 24 }, high.toPrecision(3)),
    part("text", { x: 4, y: 209 }, low.toPrecision(3)),
    part("text", { x: 60, y: 230 }, `epoch ${first}`),
    part("text", { x: 470, y: 230, "text-anchor": "end" }, `${last}`),
  );
  ["train", "validation"].forEach((name, number) => {
    const points = epochs.filter((at) => Number.isFinite(at[keys[number]]));
    if (points.length > 0) {
      const text = points.map((at) => `${x(at.epoch).toFixed(1)},${y(at[keys[number]]).toFixed(1)}`).join(" ");
      svg.append(part("polyline", { points: points.length === 1 ? `${text} ${text}` : text, class: name }));
    }
  });
}

// What changes by itself.

async function look() {
  if (!byId("service").hidden) {
    await attemptQuietly(async () => {
      await listJobs();
      if (shown !== null) {
        const job = await call(`${api}/jobs/${shown}`);
        if (job.state !== shownState) {
          await refresh();
        }
      }
    });
  }
  setTimeout(look, LIST_MS);
}

/** As {@link attempt}, but what was told before stays unless there is a new problem. */
async function attemptQuietly(what) {
  try {
    await what();
  } catch (problem) {
    if (!(problem instanceof Refused)) {
      throw problem;
    }
    tell(problem.message);
  }
}

async function begin() {
  const code = new URLSearchParams(location.hash.slice(1)).get("login");
  history.replaceState(null, "", location.pathname);
  await attempt(async () => {
    if (code !== null) {
      await logIn(code);
    } else {
      await showService();
    }
  });
  if (byId("service").hidden) {
    showLogin();
  }
  look();
}

begin();
