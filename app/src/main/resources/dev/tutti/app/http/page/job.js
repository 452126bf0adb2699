// One job: its curves while it is trained, its numbers, its outcome.

import { badge, count, duration, el, isUnderWay, number, perSecond, percent, replace, table } from "./dom.js";
import { API, OVER, Refused, attempt, attemptQuietly, call } from "./service.js";
import { Curves, generations, points, speeds, thinned } from "./charts.js";
import { actions, progress } from "./jobs.js";

const LOOK_MS = 1000;
const MOST_POINTS = 1000;
const MOST_LINES = 1000;

export async function jobView(main, id) {
  let job = await call(`${API}/jobs/${id}`);
  let epochs = [];
  let steps = [];
  let stream = null;
  let timer = 0;
  let ended = false;
  let drawing = false;

  const head = el("div");
  const facts = el("dl", { class: "facts" });
  const axis = el(
    "select", { id: "axis" },
    el("option", { value: "epoch" }, "epochs"), el("option", { value: "steps" }, "steps"), el("option", { value: "seconds" }, "seconds"));
  const legend = el("span", { class: "quiet", hidden: true }, "g and a number: another generation of workers goes on, as some have joined or were lost");
  const loss = new Curves("Loss");
  const quality = new Curves("Accuracy");
  const rate = new Curves("Speed", "samples/s");
  const learning = new Curves("Learning rate");
  const all = [loss, quality, rate, learning];
  const outcome = el("section", { class: "card", hidden: true });
  const confusion = el("section", { class: "card", hidden: true });
  const ledger = el("section", { class: "card", hidden: true });
  const happened = lines("What happened", `${API}/jobs/${id}/events`, (answer) =>
    answer.events.map((event) =>
      `${new Date(event.timeMs).toLocaleTimeString()}  ${event.type === "state" ? event.state.toLowerCase() : event.text}${event.problem === undefined ? "" : `: ${event.problem}`}`));
  const log = lines("Log", `${API}/jobs/${id}/log`, (answer) => answer.lines);
  const configuration = el("details", { class: "card" }, el("summary", {}, el("h2", {}, "Configuration")));

  function showHead() {
    const step = el("a", { class: "button", href: `#/job/${id}/step` }, "Step held still");
    replace(
      head,
      el(
        "div", { class: "head" },
        el("h1", { tabindex: -1 }, job.name),
        el("div", { class: "tools" }, ...actions(job, load, () => { location.hash = "#/"; }), step)),
      el("p", { class: "line" }, badge(job), isUnderWay(job) ? progress(job.progress) : null,
        el("span", { class: "quiet" }, ` job ${job.id}`)),
      ...(job.problem === undefined ? [] : [el("p", { class: "problem" }, job.problem)]),
    );
    const at = job.progress ?? {};
    const last = epochs.at(-1) ?? {};
    const pairs = [
      ["Data", job.settings.data],
      ["Loss", number(job.summary?.trainLoss ?? at.loss ?? last.trainLoss)],
      ["Validation", last.validationAccuracy !== undefined ? percentOf(last.validationAccuracy) : number(last.validationLoss)],
      ["Steps", count(at.step ?? last.steps)],
      ["Speed", perSecond(at.samplesPerSecond ?? job.summary?.samplesPerSecond)],
      ["Threads", count(at.workers ?? last.workers)],
      ["Time", duration(last.seconds)],
    ].filter(([, value]) => value !== undefined && value !== "");
    replace(facts, ...pairs.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
  }

  function draw() {
    const x = axis.value;
    const marked = generations(epochs, x);
    legend.hidden = marked.length === 0;
    all.forEach((one) => { one.over = OVER.includes(job.state); });
    const of = (key) => points(epochs, x, (line) => line[key]);
    const perStep = steps.length > 0 && x === "steps" ? [{ label: "step", points: steps.map((line) => ({ x: line.step, y: line.loss })), colour: "--c3", dash: 0, thin: true }] : [];
    loss.show([
      ...perStep,
      { label: "training", points: of("trainLoss"), colour: "--c1", dash: 0 },
      { label: "validation", points: of("validationLoss"), colour: "--c2", dash: 1 },
    ], x, marked);
    const regression = epochs.some((line) => line.validationRmse !== undefined);
    quality.title = regression ? "Root of the mean squared error" : "Accuracy";
    quality.figure.querySelector("figcaption").textContent = quality.title;
    quality.show(
      regression
        ? [{ label: "validation", points: of("validationRmse"), colour: "--c2", dash: 1 }]
        : [
            { label: "training", points: of("trainAccuracy"), colour: "--c1", dash: 0 },
            { label: "validation", points: of("validationAccuracy"), colour: "--c2", dash: 1 },
          ],
      x, marked);
    rate.show([{ label: "samples/s", points: speeds(epochs, x), colour: "--c4", dash: 0 }], x, marked);
    learning.show([{ label: "learning rate", points: of("learningRate"), colour: "--c5", dash: 0 }], x, marked);
    showLedger();
    showHead();
  }

  function drawSoon() {
    if (!drawing) {
      drawing = true;
      setTimeout(() => {
        drawing = false;
        if (!ended) {
          draw();
        }
      }, 100);
    }
  }

  function showLedger() {
    const last = epochs.at(-1);
    ledger.hidden = last?.generation === undefined;
    if (ledger.hidden) {
      return;
    }
    replace(
      ledger,
      el("h2", {}, "Ledger"),
      el("p", { class: "quiet" }, "Each segment of each mini-batch counts once, whoever computed it, and however often."),
      table("Ledger", ["Generation", "Handed out", "Counted", "Handed out again", "Came twice, dropped", "Frames dropped"], [
        [last.generation, last.segmentsIssued, last.segmentsDone, last.segmentsReissued, last.segmentsDuplicate, last.framesDropped].map(count),
      ], { class: "numbers" }),
      ...(last.members === undefined ? [] : [
        table("Workers", ["Worker", "Share of the work", "The others waited for it"], last.members.map((member) => [
          member.name, percent(member.share), duration(member.waitedSeconds)])),
      ]),
    );
  }

  async function load() {
    job = await call(`${API}/jobs/${id}`);
    const metrics = await call(`${API}/jobs/${id}/metrics?points=${MOST_POINTS}&lines=epochs`);
    epochs = metrics.metrics;
    steps = job.settings["metrics-per-step"] === undefined ? [] : (await call(`${API}/jobs/${id}/metrics?points=${MOST_POINTS}&lines=steps`)).metrics;
    draw();
    await showOutcome();
    stream?.close();
    stream = null;
    if (!OVER.includes(job.state) && !ended) {
      stream = new EventSource(`${API}/jobs/${id}/metrics?after=${metrics.last ?? 0}`);
      stream.addEventListener("message", (event) => {
        const line = JSON.parse(event.data);
        if (line.trainLoss !== undefined) {
          epochs = thinned([...epochs, line], MOST_POINTS);
        } else {
          steps = thinned([...steps, line], MOST_POINTS);
        }
        drawSoon();
      });
    }
  }

  async function showOutcome() {
    outcome.hidden = job.state !== "SUCCEEDED";
    confusion.hidden = true;
    const summary = job.summary ?? {};
    replace(configuration, configuration.querySelector("summary"), el("pre", { tabindex: 0 }, JSON.stringify(job.settings, null, 2)));
    if (outcome.hidden) {
      return;
    }
    const download = (href, text, name) => el("a", { class: "button", href, download: name }, text);
    replace(
      outcome,
      el("h2", {}, "Outcome"),
      el("p", {}, "Weights ", el("code", { class: "hash" }, summary.weightsSha256)),
      el("p", { class: "quiet" }, "Whoever trains the same with the same seed gets this hash, on whatever cluster."),
      el(
        "div", { class: "tools" },
        download(`${API}/jobs/${id}/model`, "Model", `${job.name}.safetensors`),
        download(`${API}/jobs/${id}/summary`, "Summary", `${job.name}.json`),
        download(`${API}/jobs/${id}/metrics?points=10000`, "Metrics", `${job.name}-metrics.json`)),
      el("details", {}, el("summary", {}, "Summary"), el("pre", { tabindex: 0 }, JSON.stringify(summary, null, 2))),
    );
    // Only of classes, and where samples were held out.
    if (epochs.at(-1)?.validationAccuracy !== undefined) {
      await showConfusion();
    }
  }

  async function showConfusion() {
    try {
      const found = await call(`${API}/jobs/${id}/confusion`);
      const most = Math.max(...found.confusion.flat());
      const rows = found.confusion.map((row, is) => [
        [found.classes[is], { class: "row-name" }],
        ...row.map((cell, said) => {
          const level = cell === 0 ? 0 : Math.max(1, Math.ceil((6 * cell) / most));
          return [cell === 0 ? "·" : String(cell), {
            class: `heat ${is === said ? "right" : "wrong"} h${level}`, title: `${found.classes[is]} taken for ${found.classes[said]}: ${cell}`,
          }];
        }),
      ]);
      replace(
        confusion,
        el("h2", {}, "Confusion"),
        el("p", { class: "quiet" }, `Of the ${found.samples} samples held out, ${percentOf(found.accuracy)} are told right. Rows: what it is; columns: what the model says.`),
        table("Confusion matrix", ["class", ...found.classes], rows, { class: "confusion" }),
      );
      confusion.hidden = false;
    } catch (refused) {
      // The data may have been deleted since.
      if (!(refused instanceof Refused)) {
        throw refused;
      }
    }
  }

  async function look() {
    await attemptQuietly(async () => {
      const before = job.state;
      const now = await call(`${API}/jobs/${id}`);
      if (ended) {
        return;
      }
      job = now;
      if (job.state !== before) {
        await load();
      } else if (!OVER.includes(job.state)) {
        showHead();
      }
      await Promise.all([happened.more(), log.more()]);
    });
    if (!ended) {
      timer = setTimeout(look, LOOK_MS);
    }
  }

  main.replaceChildren(
    head,
    facts,
    el("div", { class: "tools chart-tools" }, el("label", { for: "axis", class: "inline" }, el("span", {}, "Curves by"), axis), legend),
    el("div", { class: "charts" }, ...all.map((one) => one.figure)),
    outcome,
    confusion,
    ledger,
    configuration,
    happened.details,
    log.details,
  );
  axis.addEventListener("change", draw);
  await attempt(load);
  timer = setTimeout(look, LOOK_MS);
  return () => {
    ended = true;
    clearTimeout(timer);
    stream?.close();
    all.forEach((one) => one.remove());
  };
}

const percentOf = (share) => `${(100 * share).toFixed(2)} %`;

/** Lines that grow, read while somebody looks at them. */
function lines(title, path, texts) {
  const text = el("pre", { tabindex: 0, class: "log", "aria-label": title });
  const details = el("details", { class: "card" }, el("summary", {}, el("h2", {}, title)), text);
  let last = 0;
  let reading = false;
  const more = async () => {
    if (!details.open || reading) {
      return;
    }
    reading = true;
    try {
      const answer = await call(`${path}?after=${last}&limit=${MOST_LINES}`);
      const atEnd = text.scrollTop + text.clientHeight >= text.scrollHeight - 8;
      const found = texts(answer);
      if (found.length > 0) {
        text.append(`${found.join("\n")}\n`);
        last = answer.last;
      } else if (last === 0) {
        text.replaceChildren();
      }
      if (atEnd) {
        text.scrollTop = text.scrollHeight;
      }
    } finally {
      reading = false;
    }
  };
  details.addEventListener("toggle", () => attemptQuietly(more));
  return { details, more };
}

