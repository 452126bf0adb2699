// Who does the work.

import { bytes, count, duration, el, isUnderWay, percent, replace, table } from "./dom.js";
import { API, attemptQuietly, button, call, post, tell } from "./service.js";
import { progress } from "./jobs.js";

const LOOK_MS = 1000;

/** Where the time of a step goes; the words for it. */
const PHASES = [
  ["sending", "weights are sent"],
  ["computing", "all compute"],
  ["waiting", "the others wait for the last"],
  ["adding", "gradients are added"],
  ["updating", "weights are updated"],
];

export async function clusterView(main) {
  let timer = 0;
  let ended = false;
  let before = null;
  const job = el("section", { class: "card" });
  const workers = el("section", { class: "card" });
  const phases = el("section", { class: "card" });
  const events = el("ul", { class: "events" });
  const history = el("section", { class: "card", hidden: true }, el("h2", {}, "What was seen"), events);

  function note(text) {
    history.hidden = false;
    events.prepend(el("li", {}, el("time", {}, new Date().toLocaleTimeString()), ` ${text}`));
  }

  /** What is another than a moment ago, for who looks away. */
  function compare(now) {
    if (before !== null && before.job === now.job) {
      const names = new Set(now.workers.map((one) => one.name));
      const old = new Map(before.workers.map((one) => [one.name, one]));
      before.workers.filter((one) => !names.has(one.name)).forEach((one) => note(`${one.name} is gone`));
      now.workers.filter((one) => !old.has(one.name)).forEach((one) => note(`${one.name} has joined`));
      if (before.generation !== undefined && now.generation !== undefined && before.generation !== now.generation) {
        note(`generation ${now.generation} goes on with the step`);
      }
      const again = (now.segmentsReissued ?? 0) - (before.segmentsReissued ?? 0);
      if (again > 0) {
        note(`${again} ${again === 1 ? "segment was" : "segments were"} handed out again`);
      }
    }
    before = now;
  }

  const act = (verb, path, worker, told, look = "") =>
    button(verb, async () => {
      await post(`${API}/cluster/${path}`, { worker });
      note(`${told} ${worker}`);
      tell(`${told} ${worker}`, true);
      await refresh();
    }, `${verb} ${worker}`, `${verb}-${worker}`, look);

  function buttons(cluster, one) {
    if (!cluster.processes) {
      return [];
    }
    return [
      one.leftOut ? act("Take back", "take-back", one.name, "taken back:") : act("Leave out", "leave-out", one.name, "left out:"),
      ...(one.mayFail ? [act("Freeze", "freeze", one.name, "frozen for some seconds:"), act("Kill", "kill", one.name, "killed:", "danger")] : []),
    ];
  }

  function standing(cluster, one) {
    if (one.leftOut) {
      return el("span", { class: "badge cancelled" }, "left out");
    }
    if (one.works) {
      return el("span", { class: "badge running" }, "works");
    }
    return el("span", { class: "badge queued" }, cluster.job === undefined ? "waits for a job" : "joins");
  }

  function share(one) {
    return one.share === undefined
      ? ""
      : el("span", { class: "progress" }, el("progress", { max: 1, value: one.share, "aria-label": `share of ${one.name}` }), el("span", {}, percent(one.share)));
  }

  function show(cluster, running) {
    const threads = cluster.workers.reduce((sum, one) => sum + one.threads, 0);
    replace(
      workers,
      el("h2", {}, "Workers"),
      el("p", { class: "quiet" }, cluster.processes
        ? `${cluster.workers.length} ${cluster.workers.length === 1 ? "process" : "processes"}, ${threads} compute ${threads === 1 ? "thread" : "threads"}.`
        : "The threads of the service do the work; with --coordinator-bind, worker processes on other machines share it."),
      ...(cluster.allowsFaults ? [el("p", {}, "Kill a worker or freeze it while a job runs: the others take over, and the job ends with the same hash. Who is killed is started again.")] : []),
      table(
        "Workers",
        ["Worker", "State", "Actions", "Share", "Others waited", "In", "Out", "Threads", "Here for"],
        cluster.workers.map((one) => [
          el("span", {}, one.name, " ", el("span", { class: "quiet" }, one.host === "" ? "this process" : one.host)),
          standing(cluster, one),
          cluster.processes ? el("span", { class: "tools" }, ...buttons(cluster, one)) : "",
          share(one),
          one.waitedSeconds === undefined ? "" : duration(one.waitedSeconds),
          el("span", { title: "gradients that came from it in this job" }, bytes(one.receivedBytes)),
          el("span", { title: "weights that were sent to it in this job" }, bytes(one.sentBytes)),
          count(one.threads),
          duration(one.seconds),
        ]),
        { class: "workers stack" },
      ),
    );
    replace(
      job,
      el("h2", {}, "Job"),
      running === undefined
        ? el("p", {}, "No job runs. ", el("a", { href: "#/new", "data-key": "new" }, "Hand one in"), ".")
        : el("p", { class: "line" }, el("a", { href: `#/job/${running.id}`, "data-key": "job" }, running.name), " ", progress(running.progress)),
      ...(cluster.generation === undefined ? [] : [
        table("Ledger", ["Generation", "Segments handed out", "Counted", "Handed out again", "Came twice, dropped", "Frames dropped"], [[
          cluster.generation, cluster.segmentsIssued, cluster.segmentsDone, cluster.segmentsReissued, cluster.segmentsDuplicate, cluster.framesDropped,
        ].map(count)], { class: "numbers" }),
      ]),
    );
    const known = PHASES.filter(([name]) => cluster.phases?.[name] !== undefined);
    phases.hidden = known.length === 0;
    if (!phases.hidden) {
      const bar = el("div", { class: "phases", "aria-hidden": "true" }, ...known.map(([name]) => el("span", { class: `phase ${name}` })));
      [...bar.children].forEach((one, at) => {
        one.style.flexGrow = String(cluster.phases[known[at][0]]);
      });
      replace(
        phases,
        el("h2", {}, "Where the time of a step goes"),
        bar,
        table("Phases of a step", ["", "Share", "Meanwhile"], known.map(([name, meaning]) => [
          el("span", { class: `key ${name}` }, name), percent(cluster.phases[name]), meaning])),
      );
    }
  }

  async function refresh() {
    const cluster = await call(`${API}/cluster`);
    const running = cluster.job === undefined ? undefined : await call(`${API}/jobs/${cluster.job}`).catch(() => undefined);
    if (!ended) {
      compare(cluster);
      show(cluster, isUnderWay(running) ? running : undefined);
    }
  }

  async function look() {
    if (!document.hidden) {
      await attemptQuietly(refresh);
    }
    if (!ended) {
      timer = setTimeout(look, LOOK_MS);
    }
  }

  main.replaceChildren(el("h1", {}, "Cluster"), job, workers, phases, history);
  await attemptQuietly(refresh);
  timer = setTimeout(look, LOOK_MS);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
