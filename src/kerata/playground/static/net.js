// The network: a picture on each unit of what it answers over the map, weights as edges.

import { $, h, number, put, s } from "/web/dom.js";
import { colours, paint } from "./colours.js";

const GAP = 18;
// With more inputs or units than this, all are smaller.
const MANY = 8;

export class NetworkView {
  /** `act` has layers(list), weight(place, index, value), preview(unit or null). */
  constructor(host, act) {
    this.act = act;
    this.element = h("div", { class: "net" });
    this.panel = h("div", { class: "menu unit-panel", hidden: true, role: "dialog" });
    this.tip = h("div", { class: "tip", hidden: true });
    host.append(this.element);
    this.shape = null;
    new ResizeObserver(() => this.shape && this.build()).observe(host);
    addEventListener("kerata-theme", () => this.weights && this.update());
    document.addEventListener("pointerdown", (event) => {
      if (!this.panel.hidden && !this.panel.contains(event.target)) this.closePanel();
    });
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.panel.hidden) this.closePanel(true);
    });
  }

  /** names: of the inputs; units: of the hidden layers; target: what comes out. */
  set(names, units, target, most) {
    this.shape = { names, units, target, most };
    this.weights = null;
    this.build();
  }

  get counts() {
    const { names, units } = this.shape;
    return [names.length, ...units, 1];
  }

  build() {
    const { names, units, target, most } = this.shape;
    const width = this.element.parentElement.clientWidth;
    const counts = this.counts;
    const columns = counts.length;
    const size = Math.max(20, Math.min(Math.max(...counts) > MANY ? 32 : 46, Math.floor((width - 64) / columns * 0.62)));
    const rows = Math.max(...counts);
    const head = 66;
    const height = head + rows * (size + GAP) + 8;
    const step = columns > 1 ? (width - 72 - size) / (columns - 1) : 0;
    this.size = size;
    this.at = counts.map((count, column) => Array.from({ length: count }, (_, row) => ({
      x: 36 + column * step,
      y: head + ((rows - count) / 2 + row) * (size + GAP),
    })));
    this.drawing = s("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
    this.element.style.height = `${height}px`;
    this.edges = [];
    const pale = s("g", { class: "edges" });
    const hits = s("g", { class: "hits" });
    for (let column = 1; column < columns; column += 1) {
      const kernel = [];
      for (let from = 0; from < counts[column - 1]; from += 1)
        for (let to = 0; to < counts[column]; to += 1) {
          const [a, b] = [this.at[column - 1][from], this.at[column][to]];
          const [x0, y0, x1, y1] = [a.x + size, a.y + size / 2, b.x, b.y + size / 2];
          const bend = (x1 - x0) * 0.45;
          const d = `M${x0} ${y0}C${x0 + bend} ${y0} ${x1 - bend} ${y1} ${x1} ${y1}`;
          const line = s("path", { d, fill: "none" });
          const hit = s("path", { d, fill: "none", stroke: "transparent", "stroke-width": 11 });
          hit.addEventListener("pointermove", (event) => this.showTip(event, column, from, to));
          hit.addEventListener("pointerleave", () => { this.tip.hidden = true; });
          hit.addEventListener("click", () => this.openPanel(column, to, from));
          pale.append(line);
          hits.append(hit);
          kernel.push(line);
        }
      this.edges.push(kernel);
    }
    this.drawing.append(pale, hits);
    this.nodes = [];
    this.named = false;
    const parts = [this.drawing];
    counts.forEach((count, column) => {
      const hidden = column > 0 && column < columns - 1;
      if (hidden) parts.push(this.headOf(column, units, most, size));
      this.nodes.push(Array.from({ length: count }, (_, row) => this.nodeOf(column, row, hidden)));
      parts.push(this.nodes[column].map((node) => node.element));
    });
    parts.push(h("div", { class: "net-label", style: { left: "0px", top: "8px" } }, "inputs"));
    const add = h("button", { class: "button small add-layer", type: "button", disabled: units.length >= most.layers,
      "aria-label": "Add a hidden layer", title: "Add a hidden layer",
      onclick: () => this.act.layers([...units, units.at(-1) ?? 4]) }, "+ layer");
    parts.push(h("div", { class: "net-label right", style: { right: "0px", top: "4px" } }, add));
    parts.push(names.map((name, row) => h("div", { class: "node-name cut", title: name,
      style: { left: `${Math.max(0, this.at[0][row].x - 36)}px`, top: `${this.at[0][row].y + size}px`, width: `${size + 72}px` } }, name)));
    const last = this.at[columns - 1][0];
    parts.push(h("div", { class: "node-name cut", title: target,
      style: { left: `${last.x - 36}px`, top: `${last.y + size}px`, width: `${size + 72}px` } }, target));
    put(this.element, parts, this.tip, this.panel);
    this.closePanel();
    if (this.weights) this.update();
  }

  headOf(column, units, most, size) {
    const place = column - 1;
    const change = (count) => this.act.layers(units.map((one, at) => (at === place ? count : one)));
    const button = (sign, label, action, off) => h("button", { class: "button small quiet", type: "button",
      "aria-label": label, title: label, disabled: off, onclick: action }, sign);
    return h("div", { class: "net-head", style: { left: `${this.at[column][0].x + size / 2 - 60}px` } },
      h("div", { class: "row tight" },
        button("−", `One unit less in hidden layer ${column}`, () => change(units[place] - 1), units[place] <= 1),
        h("span", { class: "units" }, String(units[place])),
        button("+", `One unit more in hidden layer ${column}`, () => change(units[place] + 1), units[place] >= most.units)),
      h("button", { class: "button small quiet remove", type: "button", "aria-label": `Remove hidden layer ${column}`,
        onclick: () => this.act.layers(units.filter((_, at) => at !== place)) }, "remove"));
  }

  nodeOf(column, row, hidden) {
    const { x, y } = this.at[column][row];
    const canvas = h("canvas", { width: 1, height: 1 });
    const bias = h("i", { class: "bias" });
    const place = { left: `${x}px`, top: `${y}px`, width: `${this.size}px`, height: `${this.size}px` };
    if (column === 0) {
      const element = h("div", { class: "node input", style: place }, canvas);
      return { element, canvas };
    }
    const element = h("button", { class: "node", type: "button", style: place,
      onclick: (event) => { event.stopPropagation(); this.openPanel(column, row); } }, canvas, bias);
    if (hidden) {
      const preview = () => this.act.preview([column - 1, row]);
      element.addEventListener("pointerenter", preview);
      element.addEventListener("focus", preview);
      element.addEventListener("pointerleave", () => this.act.preview(null));
      element.addEventListener("blur", () => this.act.preview(null));
    }
    return { element, canvas, bias };
  }

  /** weights: flat lists, kernel and bias in turn; units: bytes of each hidden unit; answer: of
   *  the last; sides: of both; inputs: bytes of each input's picture. */
  show(weights, scales, pictures, answer, sides, inputs) {
    Object.assign(this, { weights, scales, pictures, answer, sides, inputs });
    this.update();
  }

  update() {
    const shades = colours();
    const counts = this.counts;
    if (this.weights.length !== 2 * this.edges.length) return;
    // New circles have names from their first picture on, also where the network stands still.
    if (!this.named) this.describe();
    this.edges.forEach((lines, place) => {
      const kernel = this.weights[2 * place];
      lines.forEach((line, at) => {
        const weight = kernel[at];
        const size = Math.min(1, Math.abs(weight) / 3);
        line.setAttribute("stroke", weight < 0 ? shades.low : shades.high);
        line.setAttribute("stroke-width", (0.6 + 6.4 * size).toFixed(2));
        line.setAttribute("stroke-opacity", (0.25 + 0.65 * Math.min(1, size * 2)).toFixed(2));
      });
      this.weights[2 * place + 1].forEach((value, row) => {
        const bias = this.nodes[place + 1][row].bias;
        bias.style.background = value < 0 ? shades.low : shades.high;
        bias.style.opacity = Math.min(1, 0.2 + Math.abs(value) / 2).toFixed(2);
      });
    });
    const [side, unitSide] = this.sides;
    let from = 0;
    for (let column = 1; column < counts.length - 1; column += 1)
      for (const node of this.nodes[column]) {
        paint(node.canvas, this.pictures.subarray(from, from + unitSide ** 2), unitSide, true);
        from += unitSide ** 2;
      }
    paint(this.nodes.at(-1)[0].canvas, this.answer, side);
    this.nodes[0].forEach((node, row) => this.inputs[row] && paint(node.canvas, this.inputs[row], 16, true));
  }

  /** The bytes of a hidden unit's picture. */
  pictureOf([layer, unit]) {
    const before = this.shape.units.slice(0, layer).reduce((a, b) => a + b, 0) + unit;
    const size = this.sides[1] ** 2;
    return this.pictures.subarray(before * size, (before + 1) * size);
  }

  nameOf(column, row) {
    if (column === 0) return this.shape.names[row];
    if (column === this.counts.length - 1) return "the answer";
    return this.shape.units.length > 1 ? `unit ${row + 1} of layer ${column}` : `unit ${row + 1}`;
  }

  weightOf(column, from, to) {
    return this.weights?.[2 * (column - 1)][from * this.counts[column] + to];
  }

  showTip(event, column, from, to) {
    const box = this.element.getBoundingClientRect();
    put(this.tip, `${this.nameOf(column - 1, from)} → ${this.nameOf(column, to)}: `, h("b", {}, number(this.weightOf(column, from, to), 3)));
    this.tip.hidden = false;
    const left = Math.min(event.clientX - box.left + 12, box.width - this.tip.offsetWidth - 4);
    this.tip.style.left = `${Math.max(0, left)}px`;
    this.tip.style.top = `${event.clientY - box.top - 34}px`;
  }

  openPanel(column, to, focused = null) {
    if (!this.weights) return;
    this.tip.hidden = true;
    this.opener = this.nodes[column][to].element;
    const count = this.counts[column - 1];
    const field = (label, value, action) => h("label", { class: "weight-field" }, h("span", { class: "cut" }, label),
      h("input", { class: "input", type: "number", step: "0.1", value: Number(value).toFixed(3), onchange: (event) => {
        if (Number.isFinite(event.target.valueAsNumber)) action(event.target.valueAsNumber);
      } }));
    const place = 2 * (column - 1);
    const fields = Array.from({ length: count }, (_, from) =>
      field(`from ${this.nameOf(column - 1, from)}`, this.weightOf(column, from, to), (value) => this.act.weight(place, [from, to], value)));
    fields.push(field("bias", this.weights[place + 1][to], (value) => this.act.weight(place + 1, [to], value)));
    const title = `Weights of ${this.nameOf(column, to)}`;
    this.panel.setAttribute("aria-label", title);
    put(this.panel, h("div", { class: "spread nowrap" }, h("h4", {}, title),
      h("button", { class: "button small quiet", type: "button", "aria-label": "Close", onclick: () => this.closePanel(true) }, "✕")), fields);
    this.panel.hidden = false;
    const { x, y } = this.at[column][to];
    const room = this.element.clientWidth - this.panel.offsetWidth - 4;
    this.panel.style.left = `${Math.max(0, Math.min(x - 60, room))}px`;
    this.panel.style.top = `${y + this.size + 6}px`;
    $(`label:nth-of-type(${(focused ?? 0) + 1}) input`, this.panel)?.select();
  }

  closePanel(back = false) {
    this.panel.hidden = true;
    if (back) this.opener?.focus();
  }

  /** What a screen reader says of each unit; now and then, for it changes all the time. */
  describe() {
    if (!this.weights) return;
    this.named = true;
    this.nodes.slice(1).forEach((column, place) => column.forEach(({ element }, row) => {
      const heard = Array.from({ length: this.counts[place] }, (_, from) =>
        `${number(this.weightOf(place + 1, from, row), 2)} from ${this.nameOf(place, from)}`);
      element.setAttribute("aria-label", `${this.nameOf(place + 1, row)}: weights ${heard.join(", ")}; bias ${number(this.weights[2 * place + 1][row], 2)}. Press to set them.`);
    }));
  }
}

/** Pictures of the inputs themselves over the map: bytes -127 to 127, 16 by 16, row by row. */
export function inputPictures(axes) {
  const side = 16;
  return axes.map(([a, b]) => {
    const most = Math.abs(a) + Math.abs(b) || 1;
    const bytes = new Int8Array(side * side);
    for (let row = 0; row < side; row += 1)
      for (let column = 0; column < side; column += 1) {
        const [u, v] = [(column + 0.5) / side * 2 - 1, 1 - (row + 0.5) / side * 2];
        bytes[row * side + column] = Math.round(127 * (a * u + b * v) / most);
      }
    return new Uint8Array(bytes.buffer);
  });
}
