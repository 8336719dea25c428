// Curves of one run, or of several laid over each other.

import { Chart } from "/web/chart.js";
import { h, number, percent, put, segmented } from "/web/dom.js";

const SHARES = new Set(["accuracy", "acc", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy"]);

/** What can be drawn: figures by their names without val_, the loss first. */
function figures(runs) {
  const found = new Set();
  for (const { history } of runs)
    for (const name of Object.keys(history ?? {})) found.add(name.replace(/^val_/, ""));
  found.delete("epoch");
  return [...found].sort((a, b) => (b === "loss") - (a === "loss") || (a === "learning_rate") - (b === "learning_rate") || (a < b ? -1 : 1));
}

export class Curves {
  constructor(host) {
    this.runs = [];
    this.figure = "loss";
    this.with = true; // Training curves beside those of validation.
    this.tools = h("div", { class: "chart-tools" });
    this.legend = h("div", { class: "legend" });
    this.place = h("div");
    host.append(h("section", { class: "stack", "aria-label": "Curves" }, this.tools, this.place, this.legend));
    this.chart = new Chart(this.place, { label: "Loss", xTitle: "epoch", height: 300 });
    this.smooth = 0;
  }

  destroy() {
    this.chart.destroy();
  }

  /** Runs: {name, history, best, colour}; of the running epoch {batch: {x, loss}}. */
  set(runs) {
    this.runs = runs;
    const names = figures(runs);
    if (!names.includes(this.figure)) this.figure = names[0] ?? "loss";
    this.unit = runs.length && runs.every((run) => run.steps) ? "step" : "epoch";
    const key = [this.unit, ...names].join(" ");
    if (key !== this.key) {
      this.key = key;
      this.drawTools(names);
    }
    this.draw();
  }

  drawTools(names) {
    const value = h("span", {}, String(this.smooth));
    put(this.tools,
      names.length > 4
        ? h("label", {}, "Figure", h("select", { class: "select", style: { width: "auto" }, onchange: (e) => { this.figure = e.target.value; this.draw(); } },
          names.map((name) => h("option", { value: name, selected: name === this.figure }, name.replaceAll("_", " ")))))
        : segmented(names.map((name) => [name, name.replaceAll("_", " ")]), this.figure, (name) => { this.figure = name; this.draw(); }, "Figure"),
      h("label", { class: "check" }, h("input", { type: "checkbox", checked: this.with, onchange: (e) => { this.with = e.target.checked; this.draw(); } }), "training rows"),
      h("label", { class: "check" }, h("input", { type: "checkbox", onchange: (e) => this.chart.option({ logY: e.target.checked }) }), "log values"),
      h("label", { class: "check" }, h("input", { type: "checkbox", onchange: (e) => this.chart.option({ logX: e.target.checked }) }), `log ${this.unit}s`),
      h("label", {}, "smooth", h("input", { class: "slider", type: "range", min: 0, max: 0.95, step: 0.05, value: this.smooth,
        oninput: (e) => { this.smooth = Number(e.target.value); value.textContent = this.smooth.toFixed(2); this.chart.option({ smooth: this.smooth }); } }), value),
      h("button", { class: "button quiet small", type: "button", onclick: () => this.chart.zoom(null), title: "Drag over the chart to zoom" }, "Whole"));
  }

  draw() {
    const alone = this.runs.length === 1;
    const series = [];
    for (const run of this.runs) {
      const own = run.history?.[this.figure];
      const held = run.history?.[`val_${this.figure}`];
      const x = (values, name) => run.steps?.[name] ?? values.map((_, place) => place + 1);
      const best = run.best;
      if (held) series.push({ name: alone ? "validation" : run.name, x: x(held, `val_${this.figure}`), y: held, colour: run.colour, dash: 0, best, wide: run.open && !alone });
      if (own && (this.with || !held)) {
        const points = { x: [...x(own, this.figure)], y: [...own] };
        if (run.batch && this.figure === "loss") {
          // Where the running epoch stands, between the last one and the next.
          points.x.push(...run.batch.x);
          points.y.push(...run.batch.loss);
        }
        series.push({ name: alone ? "training" : `${run.name}, training`, ...points, colour: alone && held ? run.colour + 1 : run.colour,
          dash: alone ? 0 : 1, pale: !alone && Boolean(held), best: held ? undefined : best });
      }
    }
    const format = SHARES.has(this.figure) ? (value) => percent(value, 2) : number;
    this.chart.option({ label: this.figure.replaceAll("_", " "), format, xTitle: this.unit });
    this.chart.set(series);
    const marked = this.runs.some((run) => run.best);
    put(this.legend, series.slice(0, 40).map((one) => {
      const line = h("i", { class: one.dash ? "dashed" : "", style: { "border-color": `var(--series-${(one.colour % 8) + 1})` } });
      return h("span", {}, line, h("span", { class: "cut" }, one.name));
    }), marked && h("span", { class: "muted" }, "○ best epoch"));
  }
}
