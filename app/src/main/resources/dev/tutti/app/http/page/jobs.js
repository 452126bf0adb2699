// The list of jobs, and the form for a new one.

import { badge, byId, duration, el, isUnderWay, number, replace, table } from "./dom.js";
import { API, OVER, attempt, attemptQuietly, button, call, post, tell } from "./service.js";

const LIST_MS = 1500;
const CHECK_MS = 300;
const MOST_LISTED = 200;
const BUILT_IN = ["digits", "iris", "wine", "breast_cancer", "diabetes", "xor"];

const chosen = new Set(); // ids of the jobs that are to be compared

/** All jobs, newest first. */
export async function jobsView(main) {
  let limit = 20;
  let timer = 0;
  let ended = false;
  const list = el("div");
  const older = el("button", { type: "button", hidden: true }, "Older jobs");
  const compare = el("button", { type: "button", disabled: true }, "Compare");
  const tools = el("div", { class: "tools" }, el("a", { class: "button primary", href: "#/new" }, "New job"), compare);
  compare.addEventListener("click", () => {
    location.hash = `#/compare/${[...chosen].join(",")}`;
  });

  const showChosen = () => {
    compare.textContent = chosen.size === 0 ? "Compare" : `Compare ${chosen.size}`;
    compare.disabled = chosen.size < 2;
    compare.title = chosen.size < 2 ? "choose two jobs or more" : "";
  };

  async function refresh() {
    const page = await call(`${API}/jobs?limit=${limit}`);
    const running = page.jobs.find(isUnderWay);
    const details = running === undefined ? undefined : await call(`${API}/jobs/${running.id}`);
    [...chosen].filter((id) => !page.jobs.some((job) => job.id === id)).forEach((id) => chosen.delete(id));
    showChosen();
    replace(list, page.jobs.length === 0 ? nothing() : listed(page.jobs, details, refresh, showChosen));
    older.hidden = page.next === undefined || limit >= MOST_LISTED;
  }

  older.addEventListener("click", () => attempt(async () => {
    limit = Math.min(MOST_LISTED, limit * 3);
    await refresh();
  }));

  async function look() {
    if (!document.hidden) {
      await attemptQuietly(refresh);
    }
    if (!ended) {
      timer = setTimeout(look, LIST_MS);
    }
  }

  await refresh();
  main.replaceChildren(el("div", { class: "head" }, el("h1", {}, "Jobs"), tools), list, older);
  timer = setTimeout(look, LIST_MS);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

function nothing() {
  return el(
    "section",
    { class: "card empty-list" },
    el("h2", {}, "No jobs yet"),
    el("p", {}, "Train a network on handwritten digits: it takes some seconds, and its curves are drawn while it learns."),
    el("p", {}, el("a", { class: "button primary", href: "#/new" }, "Train digits")),
  );
}

function listed(jobs, details, refresh, showChosen) {
  return el("section", { class: "card" }, table(
    "Jobs, newest first",
    ["Compare", "Job", "State", "Progress", "Handed in", "Weights", "Actions"],
    jobs.map((job) => {
      const box = el("input", {
        type: "checkbox", "aria-label": `compare ${job.name} ${job.id}`, "data-key": `box-${job.id}`,
      });
      box.checked = chosen.has(job.id);
      box.addEventListener("change", () => {
        box.checked ? chosen.add(job.id) : chosen.delete(job.id);
        showChosen();
      });
      const hash = job.weightsSha256 ?? "";
      return [
        [box, { class: "tight" }],
        el("a", { href: `#/job/${job.id}`, "data-key": `show-${job.id}` }, job.name),
        badge(job),
        isUnderWay(job) ? progress(details?.progress) : el("span", { class: "quiet" }, result(job)),
        new Date(job.created).toLocaleString([], { dateStyle: "short", timeStyle: "short" }),
        hash === "" ? "" : el("code", { title: hash }, hash.slice(0, 10)),
        el("span", { class: "tools" }, ...actions(job, refresh)),
      ];
    }),
    { class: "jobs stack" },
  ));
}

function result(job) {
  if (job.state === "SUCCEEDED") {
    return job.started === undefined ? "" : `in ${duration((new Date(job.ended) - new Date(job.started)) / 1000)}`;
  }
  return job.problem === undefined ? "" : job.problem.length > 60 ? `${job.problem.slice(0, 60)}…` : job.problem;
}

/** A bar with what it means. */
export function progress(at) {
  if (at?.waitsForWorkers) {
    return el("span", {}, "waits for workers");
  }
  if (at === undefined || at.steps === 0) {
    return el("span", { class: "quiet" }, "reading data");
  }
  const left = at.secondsLeft === undefined ? "" : `, ${duration(at.secondsLeft)} left`;
  return el(
    "span",
    { class: "progress" },
    el("progress", { max: 1, value: at.step / at.steps, "aria-label": "progress" }),
    el("span", {}, `epoch ${at.epoch} of ${at.epochs}${left}`),
  );
}

/** What can be done with a job now. */
export function actions(job, refresh, gone = refresh) {
  const one = (verb, method, suffix, look) =>
    button(verb, async () => {
      await call(`${API}/jobs/${job.id}${suffix}`, { method });
      await (suffix === "" ? gone() : refresh());
    }, `${verb} ${job.name}`, `${verb}-${job.id}`, look);
  const clone = el(
    "a", { class: "button", href: `#/new/${job.id}`, "aria-label": `Clone ${job.name}`, "data-key": `clone-${job.id}` }, "Clone");
  if (!OVER.includes(job.state)) {
    return [one("Cancel", "POST", "/cancel"), clone];
  }
  return [...(job.state === "SUCCEEDED" ? [] : [one("Resume", "POST", "/resume")]), clone, one("Delete", "DELETE", "")];
}

// A new job.

/** What the learning rate is where none is given, by the optimizer. */
const RATES = { sgd: "0.1", nesterov: "0.1", adagrad: "0.01", rmsprop: "0.001", adadelta: "1", adam: "0.001", adamw: "0.001" };

/** Fields of the form: key, label, how it is given, the default, a hint. */
const FIELDS = [
  ["Data", [
    ["data", "Data", "data", "digits"],
    ["target", "Target column", "text", "", "the last, of a CSV"],
    ["validation", "Held out", "text", "0.2", "share of the samples"],
  ]],
  ["Network", [
    ["hidden", "Hidden layers", "text", "64", "such as 64,32, or none"],
    ["activation", "Activation", ["relu", "tanh", "sigmoid", "elu", "leaky_relu", "softplus", "gelu_tanh", "identity"], "relu"],
    ["dropout", "Dropout", "text", "0", "0 to below 1"],
  ]],
  ["Training", [
    ["epochs", "Epochs", "text", "10"],
    ["lr", "Learning rate", "text", "0.1"],
    ["optimizer", "Optimizer", Object.keys(RATES), "sgd"],
    ["batch", "Batch", "text", "64", "samples of a step"],
    ["seed", "Seed", "text", "1"],
    ["priority", "Priority", "text", "0", "the highest is trained first"],
  ]],
];

const DEFAULTS = new Map(FIELDS.flatMap(([, fields]) => fields.map(([key, , , value]) => [key, value])));

/** A form for a new job, with the settings of another one where its id is given. */
export async function newView(main, like) {
  const uploads = await call(`${API}/data`);
  const before = like === undefined ? undefined : await call(`${API}/jobs/${like}`);
  const form = el("form", { id: "new-form", novalidate: true });
  for (const [title, fields] of FIELDS) {
    form.append(el("fieldset", {}, el("legend", {}, title), ...fields.map((field) => labelled(field, uploads.data))));
  }
  form.append(
    el(
      "fieldset",
      { class: "whole" },
      el("legend", {}, "More"),
      el(
        "label", { for: "f-more" }, el("span", {}, "Other options of ", el("code", {}, "tutti train"), ", as KEY=VALUE"),
        el("input", { id: "f-more", name: "more", placeholder: "momentum=0.9 init=he", autocomplete: "off", spellcheck: "false" }),
        el("small", { id: "e-more", class: "problem" }),
      ),
    ),
    el("div", { class: "tools" }, el("button", { class: "primary" }, "Train"), el("span", { id: "form-problem", class: "problem", role: "status" })),
  );
  main.replaceChildren(
    el("h1", {}, before === undefined ? "New job" : `New job like ${before.name}`),
    el("section", { class: "card" }, form),
    upload(),
  );
  fill(form, before);

  form.elements.optimizer.addEventListener("change", () => {
    if (Object.values(RATES).includes(form.elements.lr.value.trim())) {
      form.elements.lr.value = RATES[form.elements.optimizer.value];
    }
  });

  let timer = 0;
  const check = async () => {
    const problem = await problemOf(form);
    showProblem(form, problem);
    return problem;
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => attemptQuietly(check), CHECK_MS);
  });
  let underWay = false;
  let tried = { content: "", key: "" }; // the same content again, after an answer that was lost, makes no second job
  const handIn = async () => {
    const problem = await check();
    if (problem !== null) {
      (form.elements[problem.key] ?? form.elements.more).focus();
      return;
    }
    const body = settings(form);
    const content = JSON.stringify(body);
    if (tried.content !== content) {
      tried = { content, key: crypto.randomUUID() };
    }
    const job = await post(`${API}/jobs`, body, { "Idempotency-Key": tried.key });
    tried = { content: "", key: "" };
    location.hash = `#/job/${job.id}`;
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(timer);
    if (underWay) {
      return;
    }
    underWay = true;
    try {
      await attempt(handIn);
    } finally {
      underWay = false;
    }
  });
  return () => clearTimeout(timer);
}

function labelled([key, label, kind, value, hint], uploads) {
  const id = `f-${key}`;
  const attributes = { id, name: key, "aria-describedby": `e-${key}` };
  let field;
  if (kind === "data") {
    field = el("select", attributes, ...dataOptions(uploads));
  } else if (Array.isArray(kind)) {
    field = el("select", attributes, ...kind.map((one) => el("option", { value: one }, one)));
  } else {
    field = el("input", { ...attributes, value, autocomplete: "off", spellcheck: "false" });
  }
  return el(
    "label", { for: id }, el("span", {}, label), field,
    el("small", { id: `e-${key}`, class: "hint", "data-hint": hint ?? "" }, hint ?? ""));
}

const dataOptions = (uploads) => [
  ...BUILT_IN.map((name) => el("option", { value: name }, name)),
  ...uploads.map((data) => el("option", { value: data.id }, data.name)),
];

/** Only what differs from the defaults is sent, and what somebody has typed. */
function settings(form) {
  const sent = {};
  for (const [key, value] of DEFAULTS) {
    const given = form.elements[key].value.trim();
    if (given !== "" && (given !== value || ["data", "epochs", "lr", "batch", "seed"].includes(key))) {
      sent[key] = given;
    }
  }
  if (sent.priority !== undefined) {
    sent.priority = /^-?\d+$/.test(sent.priority) ? Number(sent.priority) : sent.priority;
  }
  for (const pair of form.elements.more.value.split(/\s+/).filter((one) => one !== "")) {
    const equals = pair.indexOf("=");
    sent[equals < 0 ? pair : pair.slice(0, equals)] = equals < 0 ? "" : pair.slice(equals + 1);
  }
  return sent;
}

function fill(form, job) {
  if (job === undefined) {
    return;
  }
  const more = [];
  for (const [key, value] of Object.entries({ ...job.settings, priority: job.priority })) {
    const text = Array.isArray(value) ? value.join(",") : String(value);
    const field = form.elements[key];
    if (field === undefined || key === "more") {
      more.push(`${key}=${text}`);
    } else {
      field.value = text;
    }
  }
  form.elements.more.value = more.join(" ");
}

async function problemOf(form) {
  const answer = await post(`${API}/jobs/check`, settings(form));
  return answer.allowed ? null : answer;
}

/** The line that the command line would print, beside the field that it is about. */
function showProblem(form, problem) {
  for (const field of form.elements) {
    if (field.name === undefined || field.name === "") {
      continue;
    }
    const hint = byId(`e-${field.name}`);
    const here = problem?.key === field.name;
    field.setAttribute("aria-invalid", here);
    hint.className = here ? "problem" : "hint";
    hint.textContent = here ? problem.detail.replace(/^--[a-z-]+: /, "") : (hint.dataset.hint ?? "");
  }
  const elsewhere = problem !== null && form.elements[problem.key] === undefined;
  byId("form-problem").textContent = elsewhere ? problem.detail : "";
}

function upload() {
  const file = el("input", { type: "file", required: true, id: "file" });
  const form = el(
    "form", { id: "upload-form" },
    el("label", { for: "file" }, el("span", {}, "A file: CSV, IDX, NPY, NPZ or LIBSVM, packed with .gz or not"), file),
    el("div", { class: "tools" }, el("button", {}, "Upload")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(async () => {
      const data = await call(`${API}/data?name=${encodeURIComponent(file.files[0].name)}`, {
        method: "POST",
        headers: { "Content-Type": "application/octet-stream" },
        body: file.files[0],
      });
      const select = byId("f-data");
      select.replaceChildren(...dataOptions((await call(`${API}/data`)).data));
      select.value = data.id;
      select.dispatchEvent(new Event("input", { bubbles: true }));
      form.reset();
      tell(`uploaded: ${data.name}, ${number(data.bytes / 1000)} kB; the form uses it now`, true);
    });
  });
  return el("section", { class: "card" }, el("h2", {}, "Data of your own"), form);
}

