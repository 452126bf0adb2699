// A step held still: who computes what, what is added to what, and what becomes of a weight.

import { el, number, part, replace, table } from "./dom.js";
import { API, attempt, call } from "./service.js";

const MOST_WORKERS = 8;
const NODE = { width: 92, height: 40, gapX: 14, gapY: 34 };

export async function stepView(main, id) {
  const job = await call(`${API}/jobs/${id}`);
  const numberField = el("input", { id: "number", type: "number", min: 1, value: 1 });
  const workersField = el("select", { id: "workers" });
  const killField = el("select", { id: "kill" });
  const parameterField = el("select", { id: "parameter" });
  const result = el("div");
  let held = null;
  let steps = 1;

  for (let workers = 1; workers <= MOST_WORKERS; workers++) {
    workersField.append(el("option", { value: workers, selected: workers === 2 }, String(workers)));
  }

  function offerKills() {
    const before = killField.value;
    const workers = Number(workersField.value);
    killField.replaceChildren(el("option", { value: 0 }, "none"));
    for (let worker = 1; workers > 1 && worker <= workers; worker++) {
      killField.append(el("option", { value: worker }, `worker-${worker}`));
    }
    killField.value = [...killField.options].some((one) => one.value === before) ? before : "0";
  }

  async function load() {
    held = await call(`${API}/jobs/${id}/step?number=${numberField.value}&workers=${workersField.value}&kill=${killField.value}`);
    steps = held.steps;
    numberField.max = steps;
    const before = parameterField.value;
    parameterField.replaceChildren(...names(held).map((name, at) => el("option", { value: at }, name)));
    parameterField.value = parameterField.options[before] === undefined ? "0" : before;
    show();
  }

  function show() {
    const parameter = Number(parameterField.value);
    replace(
      result,
      el("section", { class: "card" }, el("h2", {}, "The cut"), el("p", { class: "quiet" }, intro(held)), cut(held)),
      el(
        "section", { class: "card" },
        el("h2", {}, "The tree of sums"),
        el("p", { class: "quiet" }, "Neighbours are added, always in this order, whoever adds them: a worker that holds both, or the coordinator."),
        el("label", { for: "parameter", class: "inline" }, el("span", {}, "The gradient of"), parameterField),
        tree(held, parameter)),
      el("section", { class: "card" }, el("h2", {}, "The mean and the update"), update(held), parameters(held, parameter)),
      el(
        "section", { class: "card" },
        el("h2", {}, "The outcome"),
        el("p", { class: `verdict ${held.distributed.sameBits ? "same" : "other"}` },
          held.distributed.sameBits ? "The same bits as with one process." : "Other bits than with one process."),
        el("p", {}, `Mean loss ${number(held.batch.meanLoss, 6)} before, ${number(held.batch.meanLossAfterUpdate, 6)} after. New weights `,
          el("code", { class: "hash" }, held.distributed.weightsSha256)),
        ...held.notes.map((note) => el("p", { class: "quiet" }, note))),
    );
  }

  const go = () => attempt(load);
  const move = (by) => {
    numberField.value = Math.min(steps, Math.max(1, Number(numberField.value) + by));
    go();
  };
  const arrow = (text, label, by) => {
    const made = el("button", { type: "button", "aria-label": label }, text);
    made.addEventListener("click", () => move(by));
    return made;
  };
  numberField.addEventListener("change", go);
  killField.addEventListener("change", go);
  workersField.addEventListener("change", () => {
    offerKills();
    go();
  });
  parameterField.addEventListener("change", show);
  offerKills();
  main.replaceChildren(
    el("h1", {}, `A step of ${job.name}, held still`),
    el("p", {}, el("a", { href: `#/job/${id}` }, "Back to the job")),
    el(
      "form", { class: "card tools step-form" },
      el("label", { for: "number", class: "inline" }, el("span", {}, "Step"), arrow("‹", "the step before", -1), numberField, arrow("›", "the next step", 1)),
      el("label", { for: "workers", class: "inline" }, el("span", {}, "Workers"), workersField),
      el("label", { for: "kill", class: "inline" }, el("span", {}, "Killed"), killField)),
    result,
  );
  main.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    go();
  });
  await go();
  if (held === null) {
    result.replaceChildren(el(
      "section", { class: "card" },
      el("h2", {}, "Only small networks can be shown"),
      el("p", {}, "Train one with at most 8 units in a layer and 120 parameters, such as data xor with hidden 4, or iris with hidden 5, and look at its steps."),
      el("a", { class: "button", href: "#/new" }, "New job")));
  }
  return () => {};
}

function intro(held) {
  const samples = held.perSample.length;
  const all = held.batchSamples > samples ? ` of the ${held.batchSamples}` : "";
  return `Epoch ${held.epoch}, step ${held.distributed === undefined ? "" : held.step} of ${held.steps}: ${samples}${all} samples of the mini-batch, cut among ${held.distributed.workers.length} workers.`;
}

/** Names of the parameters in their order: of each layer the weights, row by row, then the biases. */
function names(held) {
  return held.weights.flatMap((layer, l) => [
    ...layer.flatMap((row, j) => row.map((_, i) => `w${l + 1}[${j}][${i}]`)),
    ...held.biases[l].map((_, j) => `b${l + 1}[${j}]`),
  ]);
}

const flat = (weights, biases) => weights.flatMap((layer, l) => [...layer.flat(), ...biases[l]]);

/** Who computes a segment in the end. */
function workerOf(held, segment) {
  const again = held.distributed.again.find((one) => one.segments.includes(segment));
  const first = held.distributed.workers.findIndex((one) => one.segments.includes(segment));
  return again === undefined ? first : held.distributed.workers.findIndex((one) => one.name === again.name);
}

function cut(held) {
  const rows = held.distributed.workers.map((worker, at) => {
    const killed = held.distributed.killed === at + 1;
    const again = held.distributed.again.find((one) => one.name === worker.name);
    return [
      el("span", { class: `key w${at % 8}` }, worker.name),
      samplesOf(held, worker.segments) + (killed ? ", killed before it sends" : ""),
      again === undefined ? "" : samplesOf(held, again.segments),
      killed ? "nothing" : [...worker.sends, ...(again?.sends ?? [])].map(([first, many]) => nodeName(first, many)).join(", "),
    ];
  });
  const lost = held.distributed.killed > 0;
  return table(
    "The cut among the workers",
    lost ? ["Worker", "Computes", "Computes then", "Sends"] : ["Worker", "Computes", "Sends"],
    lost ? rows : rows.map(([name, computes, , sends]) => [name, computes, sends]));
}

const samplesOf = (held, segments) => segments.map((segment) => `g${segment} (row ${held.perSample[segment].row})`).join(", ");
const nodeName = (first, many) => (many === 1 ? `g${first}` : `g${first}…g${first + many - 1}`);

/** Who adds a node: a worker that sends it or what it is in; otherwise the coordinator. */
function adder(held, first, many) {
  const alive = held.distributed.workers.filter((_, at) => held.distributed.killed !== at + 1);
  for (const one of [...held.distributed.again, ...alive]) {
    if (one.sends.some(([from, size]) => from <= first && first + many <= from + size)) {
      return held.distributed.workers.findIndex((worker) => worker.name === one.name);
    }
  }
  return -1;
}

/** The nodes with their places: leaves in a row at the top, the root at the bottom. */
function nodes(held) {
  const list = Object.entries(held.batch.nodes).map(([key, sum]) => {
    const [first, last] = key.split("-").map(Number);
    return { first, many: (last ?? first) - first + 1, sum };
  });
  const inside = (outer, inner) => outer !== inner && outer.first <= inner.first && inner.first + inner.many <= outer.first + outer.many;
  const sorted = [...list].sort((a, b) => a.many - b.many);
  for (const node of sorted) {
    const below = sorted.filter((other) => inside(node, other));
    node.children = below.filter((one) => !below.some((other) => inside(other, one)));
    node.level = node.many === 1 ? 0 : 1 + Math.max(...node.children.map((child) => child.level));
    node.x = node.many === 1 ? node.first * (NODE.width + NODE.gapX) : node.children.reduce((sum, child) => sum + child.x, 0) / node.children.length;
  }
  return sorted;
}

function tree(held, parameter) {
  const all = nodes(held);
  const root = all.at(-1);
  const samples = held.perSample.length;
  const width = samples * (NODE.width + NODE.gapX) - NODE.gapX + 4;
  const height = (root.level + 1) * (NODE.height + NODE.gapY) - NODE.gapY + 4;
  const said = `Sum of the gradients of ${names(held)[parameter]}: ${all.map((node) => `${nodeName(node.first, node.many)} ${number(node.sum[parameter], 5)}`).join(", ")}`;
  const svg = part("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": said, class: "tree" });
  const y = (node) => node.level * (NODE.height + NODE.gapY) + 2;
  for (const node of all) {
    for (const child of node.children) {
      svg.append(part("path", {
        d: `M${child.x + NODE.width / 2 + 2} ${y(child) + NODE.height} L${node.x + NODE.width / 2 + 2} ${y(node)}`, class: "edge",
      }));
    }
  }
  for (const node of all) {
    const by = node.many === 1 ? workerOf(held, node.first) : adder(held, node.first, node.many);
    const x = node.x + 2;
    svg.append(
      part("rect", { x, y: y(node), width: NODE.width, height: NODE.height, rx: 6, class: `node ${by < 0 ? "coordinator" : `w${by % 8}`}` }),
      part("text", { x: x + NODE.width / 2, y: y(node) + 16, class: "name" }, nodeName(node.first, node.many)),
      part("text", { x: x + NODE.width / 2, y: y(node) + 32, class: "value" }, number(node.sum[parameter], 5)),
    );
  }
  const keys = [...held.distributed.workers.map((worker, at) => el("span", { class: `key w${at % 8}` }, worker.name)), el("span", { class: "key coordinator" }, "coordinator")];
  return el("div", {}, el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Tree of sums" }, svg), el("p", { class: "keys" }, ...keys));
}

function update(held) {
  return el("p", { class: "quiet" },
    `The sum is divided once by the number of samples, ${held.perSample.length}. Then each weight is moved against its mean gradient, by the learning rate ${number(held.learningRate)}: new = old − ${number(held.learningRate)} · mean.`);
}

function parameters(held, chosen) {
  const all = names(held);
  const before = flat(held.weights, held.biases);
  const mean = flat(held.batch.meanWeightGradients, held.batch.meanBiasGradients);
  const after = flat(held.batch.updatedWeights, held.batch.updatedBiases);
  const samples = held.perSample.map((sample) => flat(sample.weightGradients, sample.biasGradients));
  return table(
    "Every parameter",
    ["Parameter", ...held.perSample.map((_, at) => `g${at}`), "Sum", "Mean", "Old", "New"],
    all.map((name, at) => [
      [at === chosen ? el("strong", {}, name) : name, { class: at === chosen ? "chosen" : "" }],
      ...samples.map((gradient) => number(gradient[at], 5)),
      number(held.distributed.root[at], 5),
      number(mean[at], 5),
      number(before[at], 5),
      el("strong", {}, number(after[at], 5)),
    ]),
    { class: "numbers" },
  );
}
