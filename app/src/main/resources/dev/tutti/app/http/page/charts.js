// Curves, by Chart.js, and for each a table with the same numbers.

import { el, number, replace, table } from "./dom.js";

const ROWS = 60;
const DASHES = [[], [6, 4], [2, 3], [10, 4, 2, 4]];
const all = new Set();

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Colours that can be told apart, also by who sees few of them, as each curve has dashes of its own, too. */
export const PALETTE = ["--c1", "--c2", "--c4", "--c5", "--c6", "--c3"];

/** Lines from top to bottom at places that need a word: another generation of workers. */
const marks = {
  id: "marks",
  afterDatasetsDraw(chart) {
    const { ctx, chartArea, scales } = chart;
    ctx.save();
    ctx.strokeStyle = colour("--mark");
    ctx.fillStyle = colour("--mark");
    ctx.setLineDash([3, 3]);
    ctx.font = "11px system-ui, sans-serif";
    for (const mark of chart.marks ?? []) {
      const x = scales.x.getPixelForValue(mark.x);
      if (x >= chartArea.left && x <= chartArea.right) {
        ctx.beginPath();
        ctx.moveTo(x, chartArea.top);
        ctx.lineTo(x, chartArea.bottom);
        ctx.stroke();
        ctx.fillText(mark.short, Math.min(x + 3, chartArea.right - 20), chartArea.top + 11);
      }
    }
    ctx.restore();
  },
};

/** A chart with its table. */
export class Curves {
  /**
   * @param title what is shown
   * @param unit of the values, for the table; may be empty
   */
  constructor(title, unit = "") {
    this.title = title;
    this.unit = unit;
    this.canvas = el("canvas", { role: "img", "aria-label": title });
    this.empty = el("p", { class: "empty" }, "no values yet");
    this.numbers = el("div");
    this.details = el("details", {}, el("summary", {}, `Numbers of ${title.toLowerCase()}`), this.numbers);
    this.details.addEventListener("toggle", () => this.tell());
    this.figure = el(
      "figure",
      { class: "card" },
      el("figcaption", {}, title, unit === "" ? null : el("span", { class: "quiet" }, ` ${unit}`)),
      el("div", { class: "plot" }, this.canvas, this.empty),
      this.details,
    );
    this.chart = null;
    all.add(this);
  }

  /**
   * Shows curves.
   *
   * @param series [{label, points: [{x, y}], colour, dash}]
   * @param axis what x is
   * @param marks [{x, short, text}]
   */
  show(series, axis, marked = []) {
    this.series = series.filter((one) => one.points.length > 0);
    this.axis = axis;
    this.marked = marked;
    this.figure.hidden = this.series.length === 0 && this.optional === true;
    this.empty.hidden = this.series.length > 0;
    this.empty.textContent = this.none();
    this.canvas.setAttribute("aria-label", `${this.title}: ${this.words()}; the table below has the numbers`);
    this.draw();
    this.tell();
  }

  /** What is said where there are no values: of what is over none will come. */
  none() {
    return this.over === true ? "no values: it ended before there were any" : "no values yet";
  }

  words() {
    return this.series.length === 0
      ? this.none()
      : this.series.map((one) => `${one.label} ${number(one.points.at(-1).y)} at ${axisName(this.axis)} ${number(one.points.at(-1).x)}`).join(", ");
  }

  draw() {
    const datasets = this.series.map((one, at) => ({
      label: one.label,
      // Later ones on top: their dashes let those below be seen where both are the same.
      order: -at,
      data: one.points,
      borderColor: colour(one.colour ?? PALETTE[at % PALETTE.length]),
      backgroundColor: colour(one.colour ?? PALETTE[at % PALETTE.length]),
      borderDash: DASHES[(one.dash ?? at) % DASHES.length],
      borderWidth: one.thin ? 1 : 2,
      pointRadius: one.points.length < 2 ? 3 : 0,
      pointHitRadius: 8,
      tension: 0,
    }));
    if (this.chart === null) {
      this.chart = new Chart(this.canvas, { type: "line", data: { datasets }, options: {}, plugins: [marks] });
    }
    this.chart.marks = this.marked;
    this.chart.data.datasets = datasets;
    this.chart.options = this.options();
    this.chart.update("none");
  }

  options() {
    const text = colour("--text");
    const grid = colour("--line");
    const scale = (title) => ({
      type: "linear",
      title: { display: title !== "", text: title, color: text },
      ticks: { color: text, maxTicksLimit: 6, maxRotation: 0 },
      grid: { color: grid },
      border: { color: grid },
    });
    const from = Math.min(...this.series.map((one) => one.points[0].x));
    const to = Math.max(...this.series.map((one) => one.points.at(-1).x));
    return {
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      parsing: false,
      normalized: true,
      interaction: { mode: "nearest", axis: "x", intersect: false },
      scales: {
        x: { ...scale(axisName(this.axis)), ...(Number.isFinite(from) ? { min: from, max: to } : {}) },
        y: scale(""),
      },
      plugins: {
        legend: { display: this.series.length > 1, reverse: true, labels: { color: text, boxHeight: 0, boxWidth: 28 } },
        tooltip: { callbacks: { title: (items) => (items.length === 0 ? "" : `${axisName(this.axis)} ${number(items[0].parsed.x, 6)}`) } },
      },
    };
  }

  /** The table; only where somebody looks at it. */
  tell() {
    if (!this.details.open || this.series === undefined) {
      return;
    }
    const xs = [...new Set(this.series.flatMap((one) => one.points.map((point) => point.x)))].sort((a, b) => b - a);
    const at = this.series.map((one) => new Map(one.points.map((point) => [point.x, point.y])));
    const notes = new Map(this.marked.map((mark) => [mark.x, mark.text]));
    const step = Math.max(1, Math.floor(xs.length / ROWS));
    const shown = xs.filter((x, index) => index % step === 0 || notes.has(x));
    replace(
      this.numbers,
      table(
        `${this.title} by ${axisName(this.axis)}`,
        [axisName(this.axis), ...this.series.map((one) => one.label), ...(notes.size > 0 ? ["what happened"] : [])],
        shown.map((x) => [
          number(x, 6),
          ...at.map((values) => number(values.get(x))),
          ...(notes.size > 0 ? [notes.get(x) ?? ""] : []),
        ]),
        { class: "numbers" },
      ),
    );
  }

  remove() {
    all.delete(this);
    this.chart?.destroy();
  }
}

const axisName = (axis) => ({ epoch: "epoch", steps: "step", seconds: "second" })[axis];

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  all.forEach((curves) => curves.series !== undefined && curves.draw());
});

/** What is drawn of the lines of a run's metrics: where each epoch is on the axis, and a value of it. */
export function points(epochs, axis, value) {
  const found = [];
  epochs.forEach((line) => {
    const y = value(line);
    if (Number.isFinite(y)) {
      found.push({ x: line[axis], y });
    }
  });
  return found;
}

const SPEEDS = 60;

/** Samples a second, each over some epochs where there are many: one by one they say more of the machine's mood than of its speed. */
export function speeds(epochs, axis) {
  const every = Math.max(1, Math.ceil(epochs.length / SPEEDS));
  const found = [];
  let before = { samples: 0, seconds: 0 };
  epochs.forEach((line, at) => {
    if (at % every === every - 1 || at === epochs.length - 1) {
      const seconds = line.seconds - before.seconds;
      if (line.samples > before.samples && seconds > 0) {
        found.push({ x: line[axis], y: (line.samples - before.samples) / seconds });
      }
      before = line;
    }
  });
  return found;
}

/** Where other workers went on: the generation of the cluster is another one. */
export function generations(epochs, axis) {
  const marked = [];
  epochs.forEach((line, at) => {
    const before = epochs[at - 1];
    if (before !== undefined && line.generation !== undefined && before.generation !== undefined && line.generation !== before.generation) {
      const threads = `${line.workers} ${line.workers === 1 ? "thread" : "threads"}`;
      marked.push({ x: line[axis], short: `g${line.generation}`, text: `generation ${line.generation}, ${threads}` });
    }
  });
  return marked;
}

/** Half of the points, where there are too many. */
export function thinned(list, most) {
  let thin = list;
  while (thin.length > 2 * most) {
    thin = thin.filter((_, at) => at % 2 === 0 || at === thin.length - 1);
  }
  return thin;
}
