// The same problem, learned by several networks side by side: small multiples and their curves.

import { h, number, percent, put, segmented } from "/web/dom.js";
import { Chart } from "/web/chart.js";
import { AnswerMap } from "./map.js";

const KINDS = [["units", "Hidden units"], ["rates", "Learning rates"], ["seeds", "Seeds"]];
const WORDS = {
  units: "One hidden layer of 1 to 50 units. Few can't bend the boundary enough; many can follow single points.",
  rates: "The same first weights with five learning rates. Too small takes for ever, too large jumps about.",
  seeds: "Five first weights, and five orders of the rows. How much of a result is luck?",
};

export class FamilyView {
  constructor(host, ask, problem) {
    Object.assign(this, { host, ask, problem, kind: "units" });
  }

  open() {
    this.grid = h("div", { class: "family" });
    this.words = h("p", { class: "muted" });
    const chartHost = h("div");
    put(this.host, h("section", { class: "stack loose", "aria-label": "Family" },
      h("div", { class: "stack" }, h("h2", {}, "Side by side, in one compiled program"),
        segmented(KINDS, this.kind, (kind) => this.choose(kind), "What differs"), this.words),
      this.grid, h("div", { class: "stack" }, h("h3", {}, "Validation loss"), chartHost)));
    this.chart = new Chart(chartHost, { label: "Validation loss of each network", xTitle: "epoch", height: 240 });
    this.choose(this.kind);
  }

  choose(kind) {
    this.kind = kind;
    this.labels = null;
    this.words.textContent = WORDS[kind];
    put(this.grid, h("p", { class: "muted" }, "compiling …"));
    this.ask(kind);
  }

  show(message, bytes) {
    if (!this.grid?.isConnected) return;
    const { labels, side, reports, epoch } = message;
    if (this.labels?.join() !== labels.join() || epoch === 0) this.build(labels);
    const best = reports.reduce((a, one, place) => (one.val_loss < (reports[a]?.val_loss ?? Infinity) ? place : a), 0);
    this.members.forEach((member, place) => {
      member.map.show(bytes.subarray(place * side * side, (place + 1) * side * side), side);
      const report = reports[place];
      const right = report.val_accuracy;
      member.figures.textContent = report.val_loss === undefined ? "not trained yet"
        : `validation loss ${number(report.val_loss, 3)}${right === undefined ? "" : `, ${percent(right)} right`}`;
      member.best.hidden = !epoch || place !== best;
      member.map.describe(member.figures.textContent);
      for (const [at, , held] of message.new[place]) {
        member.x.push(at);
        member.y.push(held);
      }
    });
    const now = performance.now();
    if (now - (this.drawn ?? 0) < 200 && epoch) return;
    this.drawn = now;
    this.chart.set(this.members.map((member, place) => ({ name: labels[place], x: member.x, y: member.y, colour: place })));
  }

  build(labels) {
    this.labels = labels;
    put(this.grid);
    this.members = labels.map((label, place) => {
      const host = h("div");
      const figures = h("span", { class: "small muted" });
      const best = h("span", { class: "badge good", hidden: true }, "lowest");
      this.grid.append(h("figure", {}, host, h("figcaption", {}, h("div", { class: "row" },
        h("i", { class: "key", style: { background: `var(--series-${place + 1})` } }), h("b", {}, label)), figures), best));
      const map = new AnswerMap(host, { label, small: true });
      map.set(this.problem());
      return { map, figures, best, x: [], y: [] };
    });
  }
}
