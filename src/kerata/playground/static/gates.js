// One neuron as a logic gate, with sliders for its weights; three of them make XNOR.

import { framed, h, number, put, segmented, wide } from "/web/dom.js";
import { AnswerMap } from "./map.js";

const PLACES = { first: "x1 AND x2", second: "x1 NOR x2", last: "one OR the other" };
const PAIRS = [[0, 0], [0, 1], [1, 0], [1, 1]];

export class GatesView {
  constructor(host, ask, hello) {
    Object.assign(this, { host, ask, hello, chosen: "AND" });
  }

  open() {
    const { gates, xnor } = this.hello();
    this.weights ??= [...gates[this.chosen]];
    this.three ??= Object.fromEntries(Object.entries(xnor).map(([place, gate]) => [place, [...gates[gate]]]));
    this.oneHost = h("div", { class: "gate" });
    this.threeHost = h("div", { class: "three" });
    this.table = h("div");
    this.xnorTable = h("div");
    this.sliders = h("div", { class: "stack" });
    this.mapHost = h("div", { class: "gate-map" });
    put(this.host, h("section", { class: "stack loose", "aria-label": "Gates" },
      h("div", { class: "stack" }, h("h2", {}, "One neuron as a gate"),
        h("p", { class: "muted" }, "answer = sigmoid(bias + w1·x1 + w2·x2): near 1 where the sum is large, near 0 where it is small."),
        segmented(Object.keys(gates).map((name) => [name, name]), this.chosen, (name) => { this.chosen = name; this.weights = [...gates[name]]; this.build(); }, "Gate")),
      this.oneHost,
      h("div", { class: "stack" }, h("h2", {}, "XNOR from three of them"),
        h("p", { class: "muted" }, "No single neuron can do it: one straight line can't part {00, 11} from {01, 10}. Two lines and a third neuron can.")),
      this.threeHost, this.xnorTable));
    put(this.oneHost, this.sliders, this.mapHost, this.table);
    this.map = new AnswerMap(this.mapHost, { label: "The neuron's answers over x1 and x2" });
    this.askGate = framed(() => this.ask("gate", { weights: this.weights }));
    this.askXnor = framed(() => this.ask("xnor", { weights: this.three }));
    this.build();
    put(this.threeHost, Object.keys(PLACES).map((place) => h("div", { class: "card stack" }, h("h3", {}, PLACES[place]),
      slidersFor(this.three[place], place === "last" ? ["bias", "w from first", "w from second"] : ["bias", "w1", "w2"], this.askXnor))));
    this.askXnor();
  }

  build() {
    put(this.sliders, slidersFor(this.weights, ["bias", "w1", "w2"], this.askGate));
    this.askGate();
  }

  show({ table, side }, bytes) {
    if (!this.table?.isConnected) return;
    const two = table.length === 4;
    const truth = this.hello().truth[this.chosen];
    const rows = (two ? PAIRS : [[0], [1]]).map((inputs, place) => [...inputs, table[place], truth[place]]);
    put(this.table, tableOf([...(two ? ["x1", "x2"] : ["x1"]), "answer", this.chosen], rows, two ? 2 : 1));
    this.mapHost.hidden = !two;
    if (!two) return;
    const places = PAIRS.map(([a, b], place) => [a, b, truth[place]]);
    this.map.set({ places, train: 4, window: [0.5, 0.5, 1], span: [0, 1], of: "binary", names: ["x1", "x2"] });
    this.map.show(bytes, side);
  }

  showXnor({ tables }) {
    if (!this.xnorTable?.isConnected) return;
    const truth = this.hello().truth.XNOR;
    put(this.xnorTable, tableOf(["x1", "x2", PLACES.first, PLACES.second, "answer", "XNOR"],
      PAIRS.map((pair, place) => [...pair, tables.first[place], tables.second[place], tables.last[place], truth[place]]), 4));
  }
}

function slidersFor(weights, names, changed) {
  return weights.map((weight, place) => {
    const shown = h("b", {}, number(weight));
    return h("label", { class: "field" }, h("span", { class: "spread" }, names[place], shown),
      h("input", { class: "slider", type: "range", min: -40, max: 40, step: 1, value: weight, oninput: (event) => {
        weights[place] = event.target.valueAsNumber;
        shown.textContent = number(weights[place]);
        changed();
      } }));
  });
}

function tableOf(heads, rows, answer) {
  return wide("Truth table", h("table", { class: "table" },
    h("thead", {}, h("tr", {}, heads.map((head) => h("th", { class: "num" }, head)))),
    h("tbody", {}, rows.map((row) => {
      const wrong = Math.round(row[answer]) !== row.at(-1);
      return h("tr", {}, row.map((cell, place) => h("td", { class: "num" },
        place === answer || !Number.isInteger(cell) ? cell.toFixed(4) : String(cell),
        place === answer && h("span", { class: wrong ? "word-bad" : "word-good" }, wrong ? " ✗ wrong" : " ✓"))));
    }))));
}
