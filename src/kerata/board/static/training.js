// A training while it runs: how far it is, its curves, and what they show as soon as they do.

import { ask, duration, h, number, percent, plural, post, put, toast } from "/web/dom.js";
import { Curves } from "./curves.js";
import { trials } from "./search.js";
import { running } from "./store.js";
import { finding } from "./verdict.js";

// Fewer epochs show nothing.
const FEWEST = 4;
const WORDS = { training: ["live", "training"], stopping: ["live", "stopping"], stopped: ["odd", "stopped"], finished: ["good", "finished"], failed: ["bad", "failed"] };

export class Training {
  constructor(host, store, training, back) {
    this.store = store;
    this.id = training.id;
    this.badge = h("span", { class: "badge" });
    this.title = h("h1");
    this.facts = h("p", { class: "muted small" });
    this.stop = h("button", { class: "button small", type: "button", title: "As Ctrl-C does: the best weights are kept", onclick: () => this.askStop() }, "Stop");
    this.forget = h("button", { class: "button small danger", type: "button", onclick: () => this.askForget() }, "Delete");
    this.bar = h("i");
    this.progress = h("div", { class: "bar", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100 }, this.bar);
    this.phase = h("p", { class: "small", "aria-live": "polite" });
    this.figures = h("div", { class: "figures" });
    this.findings = h("section", { class: "stack", "aria-label": "Diagnosis", "aria-live": "polite" });
    this.trials = h("div", { class: "stack" });
    const left = (this.left = h("div", { class: "stack loose" }));
    put(host, h("div", { class: "width" },
      h("div", { class: "stack" }, back,
        h("div", { class: "spread" }, h("div", { class: "row" }, this.title, this.badge), h("div", { class: "row" }, this.stop, this.forget)),
        this.facts, this.progress, this.phase),
      h("div", { class: "two" }, left, h("aside", { class: "stack loose", "aria-label": "So far" }, this.figures, this.findings))));
    this.drawing = h("div");
    left.append(this.drawing, this.trials);
    this.curves = new Curves(this.drawing);
    this.update(training);
    this.clock = setInterval(() => this.tick(), 1000);
  }

  destroy() {
    clearInterval(this.clock);
    this.curves.destroy();
  }

  update(training) {
    const before = this.training;
    this.training = training;
    const { about, history, epochs, batch } = training;
    const [kind, word] = WORDS[training.state] ?? WORDS.stopped;
    this.badge.className = `badge ${kind}`;
    this.badge.textContent = word;
    this.title.textContent = about.name ?? training.id;
    this.stop.hidden = !running(training);
    this.stop.disabled = training.state === "stopping";
    this.forget.hidden = running(training);
    this.facts.textContent = [about.network, about.target && `predicts ${about.target}`, about.source && `from ${about.source}`,
      about.parameters && `${about.parameters.toLocaleString("en-US")} parameters`, about.options?.join(" ")].filter(Boolean).join(" · ");
    this.showProgress();
    this.tick();
    const best = bestEpoch(history.val_loss ?? history.loss ?? []);
    put(this.figures, ["val_loss", "loss", "val_accuracy", "val_mae"].filter((name) => history[name]?.length).slice(0, 3).map((name) => {
      const last = history[name].at(-1);
      const kept = best && history[name][best - 1];
      const format = name.endsWith("accuracy") ? percent : number;
      return h("div", { class: "figure" }, h("span", {}, name.replace("val_", "validation ").replaceAll("_", " ")), h("b", {}, format(last)), h("span", {}, best && `best epoch ${best}: ${format(kept)}`));
    }));
    this.left.hidden = !epochs && !batch && !training.trials.length;
    this.drawing.hidden = !epochs && !batch;
    // A search has no curves before its last training.
    this.findings.hidden = training.trials.length > 0 && !epochs;
    const begun = epochs >= FEWEST;
    if (JSON.stringify(before?.findings) !== JSON.stringify(training.findings) || begun !== this.begun)
      put(this.findings, h("h2", { class: "minor" }, "Diagnosis so far"), training.findings.length ? training.findings.map((one) => finding(one, this.store, { id: training.id }))
        : h("p", { class: "muted small" }, begun ? "The curves show nothing that is wrong. Rows and weights are looked at when it is trained." : "It begins with the curves of some epochs."));
    this.begun = begun;
    const { further } = training;
    const trail = training.trail.length ? { x: training.trail.map(([x]) => x), loss: training.trail.map(([, y]) => y) } : null;
    this.curves.set([{ name: further.length ? "network 1" : about.name, history, best, colour: 0, open: true, batch: further.length ? null : trail },
      ...further.map((one, place) => ({ name: `network ${place + 2}`, history: one.history, best: bestEpoch(one.history.val_loss ?? []), colour: place + 1,
        batch: place === further.length - 1 ? trail : null }))]);
    if ((before?.trials.length ?? -1) !== training.trials.length) this.showTrials(training.trials);
  }

  /** How far it is: folds, then the epochs of each network; nobody knows how long baselines take. */
  showProgress() {
    const { about, batch, stage, members, further, trials: found } = this.training;
    const { epochs } = further.at(-1) ?? this.training;
    const within = batch?.steps ? batch.step / batch.steps : 0;
    const begun = Boolean(epochs || batch || further.length);
    const networks = Math.max(1, members);
    let share = null;
    if (begun && about.epochs) share = (further.length + Math.min(1, (epochs + within) / about.epochs)) / networks;
    else if (stage) share = stage.done / stage.of;
    this.progress.hidden = !running(this.training) || (found.length > 0 && !begun) || (begun && share === null);
    this.progress.classList.toggle("busy", share === null);
    this.progress.setAttribute("aria-label", begun ? "Epochs" : stage ? "Folds" : "Before the first epoch");
    this.bar.style.width = share === null ? "" : `${100 * share}%`;
    if (share === null) this.progress.removeAttribute("aria-valuenow");
    else this.progress.setAttribute("aria-valuenow", String(Math.round(100 * share)));
  }

  tick() {
    const { about, batch, phase, why, state, further, members } = this.training;
    const { epochs } = further.at(-1) ?? this.training;
    const spent = about.began ? Math.max(0, Date.now() / 1000 - about.began) : null;
    const where = epochs || batch ? [members > 1 && `network ${further.length + 1} of ${members}`, about.epochs ? `epoch ${Math.min(epochs + (batch ? 1 : 0), about.epochs)} of at most ${about.epochs}` : `epoch ${epochs}`,
      batch?.steps && `step ${batch.step.toLocaleString("en-US")} of ${batch.steps.toLocaleString("en-US")}`] : [];
    const parts = running(this.training) ? [phase || "starting", ...where, spent !== null && `${duration(spent)} spent`]
      : [why || (state === "stopped" ? "It ended before it was done: it was stopped, or its process is gone." : ""), ...where];
    this.phase.textContent = parts.filter(Boolean).join(" · ");
  }

  showTrials(all) {
    if (!all.length) return;
    // The command line's figures: shares are better when higher, errors when lower.
    const higher = this.training.about.task !== "regression";
    put(this.trials, h("h2", {}, plural(all.length, "trial")), trials({ trials: all, higher }));
  }

  async askStop() {
    this.stop.disabled = true;
    try {
      await post("/api/stop", { id: this.id });
    } catch (error) {
      toast(error.message, "bad");
      this.stop.disabled = false;
    }
  }

  async askForget() {
    if (!(await ask("Delete what it told?", h("p", {}, "Its curves are in no run, so they are gone then."), { yes: "Delete", kind: "danger" }))) return;
    try {
      await post("/api/forget", { id: this.id });
      this.store.go({ run: null });
    } catch (error) {
      toast(error.message, "bad");
    }
  }
}

function bestEpoch(values) {
  let best = 0;
  values.forEach((value, place) => {
    if (value !== null && Number.isFinite(value) && (!best || value < values[best - 1])) best = place + 1;
  });
  return best || null;
}
