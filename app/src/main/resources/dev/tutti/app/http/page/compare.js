// Two or more jobs beside each other.

import { badge, duration, el, number, perSecond, replace, table } from "./dom.js";
import { API, OVER, attempt, attemptQuietly, call } from "./service.js";
import { Curves, PALETTE, points, speeds } from "./charts.js";

const LOOK_MS = 2000;
const MOST_POINTS = 500;
const MOST_JOBS = 6;

/** What is shown of each: title, unit, and the value of a line; none for what is measured between lines. */
const CURVES = [
  ["Validation loss", "", (line) => line.validationLoss],
  ["Validation accuracy", "", (line) => line.validationAccuracy],
  ["Training loss", "", (line) => line.trainLoss],
  ["Training accuracy", "", (line) => line.trainAccuracy],
  ["Speed", "samples/s", null],
  ["Validation error", "root of the mean square", (line) => line.validationRmse],
];

export async function compareView(main, list) {
  const ids = [...new Set(list.split(","))].slice(0, MOST_JOBS);
  let timer = 0;
  let ended = false;
  const verdict = el("section", { class: "card" });
  const axis = el(
    "select", { id: "axis" },
    el("option", { value: "epoch" }, "epochs"), el("option", { value: "steps" }, "steps"), el("option", { value: "seconds" }, "seconds"));
  const curves = CURVES.map(([title, unit]) => {
    const made = new Curves(title, unit);
    made.optional = true;
    return made;
  });
  const differences = el("section", { class: "card" });
  let runs = [];

  async function load() {
    runs = await Promise.all(ids.map(async (id) => {
      const [job, metrics] = await Promise.all([
        call(`${API}/jobs/${id}`), call(`${API}/jobs/${id}/metrics?points=${MOST_POINTS}&lines=epochs`)]);
      return { job, epochs: metrics.metrics };
    }));
    runs.forEach((run) => {
      const same = runs.filter((other) => other.job.name === run.job.name);
      run.label = same.length === 1 ? run.job.name : `${run.job.name} ${same.indexOf(run) + 1}`;
    });
    showVerdict();
    showDifferences();
    draw();
  }

  function draw() {
    curves.forEach((one, at) => {
      const value = CURVES[at][2];
      one.show(
        runs.map((run, number) => ({
          label: run.label, points: value === null ? speeds(run.epochs, axis.value) : points(run.epochs, axis.value, value), colour: PALETTE[number % PALETTE.length], dash: number,
        })),
        axis.value);
    });
  }

  function showVerdict() {
    const hashes = runs.map((run) => run.job.weightsSha256);
    const known = hashes.filter((hash) => hash !== undefined);
    const groups = [...new Set(known)];
    const line =
      known.length < 2
        ? ["The hash is known when a job has succeeded.", "open"]
        : groups.length === 1
          ? [`The same weights, to the last bit, in all ${known.length} jobs${known.length < runs.length ? " that have succeeded" : ""}.`, "same"]
          : [`Different weights: ${groups.length} hashes among ${known.length} jobs${alike(groups)}.`, "other"];
    replace(
      verdict,
      el("p", { class: `verdict ${line[1]}`, id: "verdict" }, line[0]),
      table(
        "Jobs",
        ["Job", "State", "Training loss", "Validation loss", "Accuracy", "Time", "Speed", "Weights"],
        runs.map((run) => {
          const summary = run.job.summary ?? run.epochs.at(-1) ?? {};
          const hash = run.job.weightsSha256 ?? "";
          return [
            el("a", { href: `#/job/${run.job.id}`, "data-key": run.job.id }, run.label),
            badge(run.job),
            number(summary.trainLoss),
            number(summary.validationLoss),
            number(summary.accuracy ?? summary.validationAccuracy),
            duration(summary.seconds),
            perSecond(summary.samplesPerSecond),
            el("code", { title: hash, class: hash === "" ? "" : `g${groups.indexOf(hash) % 4}` }, hash.slice(0, 16)),
          ];
        }),
      ),
    );
  }

  /** Which of them are the same, where not all are. */
  function alike(groups) {
    const same = groups
      .map((hash) => runs.filter((run) => run.job.weightsSha256 === hash).map((run) => run.label))
      .filter((labels) => labels.length > 1)
      .map((labels) => labels.join(" and "));
    return same.length === 0 ? "" : `; the same to the last bit: ${same.join("; ")}`;
  }

  function showDifferences() {
    const keys = [...new Set(runs.flatMap((run) => Object.keys(run.job.settings)))].sort();
    const text = (value) => (value === undefined ? "default" : Array.isArray(value) ? value.join(",") : String(value));
    const differ = keys.filter((key) => new Set(runs.map((run) => text(run.job.settings[key]))).size > 1);
    replace(
      differences,
      el("h2", {}, "Settings that differ"),
      differ.length === 0
        ? el("p", { class: "quiet" }, "None: all were handed in with the same settings.")
        : table("Settings that differ", ["Setting", ...runs.map((run) => run.label)], differ.map((key) => [
            el("code", {}, key), ...runs.map((run) => text(run.job.settings[key]))])),
    );
  }

  async function look() {
    if (runs.some((run) => !OVER.includes(run.job.state))) {
      await attemptQuietly(load);
    }
    if (!ended) {
      timer = setTimeout(look, LOOK_MS);
    }
  }

  main.replaceChildren(
    el("h1", {}, `Compare ${ids.length} jobs`),
    verdict,
    el("div", { class: "tools chart-tools" }, el("label", { for: "axis", class: "inline" }, el("span", {}, "Curves by"), axis)),
    el("div", { class: "charts" }, ...curves.map((one) => one.figure)),
    differences,
  );
  axis.addEventListener("change", draw);
  await attempt(load);
  timer = setTimeout(look, LOOK_MS);
  return () => {
    ended = true;
    clearTimeout(timer);
    curves.forEach((one) => one.remove());
  };
}
