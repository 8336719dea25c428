// One training step taken apart: forward, error, backward, update, with every number.

import { h, number, put, s, segmented, wide } from "/web/dom.js";
import { colours } from "./colours.js";

const STAGES = [["forward", "1 Forward"], ["error", "2 Error"], ["backward", "3 Backward"], ["update", "4 Update"]];
const SAYS = {
  forward: "Each unit multiplies what comes in by its weights, adds its bias, and sends the sum through its activation.",
  error: "The loss compares the answer with the target.",
  backward: "The chain rule carries the error back. δ of a unit: how much the loss changes with the sum that enters it. A weight's gradient is δ of where it ends times what flows in where it begins.",
  update: "The optimizer changes each weight against its gradient.",
};
const digits = (value) => number(value, 5);

export class StepView {
  constructor(host, ask, page) {
    Object.assign(this, { host, ask, page, stage: "forward", which: "classic", chosen: null });
  }

  open() {
    const { row } = this.page();
    if (row !== undefined && row !== null) this.which = "own";
    this.diagram = wide("The step as a drawing");
    this.detail = h("div", { class: "stack" });
    this.words = h("p", {});
    this.rowHost = h("div", { class: "row" });
    const move = (by) => {
      const place = STAGES.findIndex(([name]) => name === this.stage) + by;
      if (STAGES[place]) this.stages.querySelector(`[data-name="${STAGES[place][0]}"]`).click();
    };
    this.stages = segmented(STAGES, this.stage, (stage) => { this.stage = stage; this.draw(); }, "Stage");
    put(this.host, h("section", { class: "stack loose", "aria-label": "One step" },
      h("div", { class: "stack" }, h("h2", {}, "One training step of one row"),
        h("div", { class: "row" }, segmented([["classic", "Textbook example"], ["own", "This network"]], this.which, (which) => { this.which = which; this.chosen = null; this.load(); }, "Network"), this.rowHost)),
      h("div", { class: "row" }, this.stages,
        h("button", { class: "button small", type: "button", "aria-label": "Stage before", onclick: () => move(-1) }, "←"),
        h("button", { class: "button small primary", type: "button", "aria-label": "Next stage", onclick: () => move(1) }, "Next →")),
      this.words, this.diagram, this.detail));
    this.load();
  }

  load() {
    put(this.rowHost);
    if (this.which === "classic") { this.ask("classic"); return; }
    const { problem } = this.page();
    const row = Math.min(this.page().row ?? 0, problem.places.length - 1);
    const go = (to) => { this.page().row = to; this.load(); };
    put(this.rowHost, h("label", { class: "row small muted" }, "row", h("input", { class: "input short", type: "number", min: 0, max: problem.places.length - 1, value: row,
      onchange: (event) => go(Math.max(0, Math.min(problem.places.length - 1, Math.round(event.target.valueAsNumber || 0)))) })),
    h("button", { class: "button small", type: "button", onclick: () => go(Math.floor(Math.random() * problem.places.length)) }, "Another"),
    h("button", { class: "button small", type: "button", title: "Train for one epoch", onclick: () => this.ask("step") }, "Train one epoch"));
    this.ask("row", { row });
  }

  changed() {
    if (this.which === "own" && this.diagram?.isConnected) this.load();
  }

  show(message) {
    if (!this.diagram?.isConnected) return;
    if (message.classic !== (this.which === "classic")) return;
    this.step = message;
    this.counts = [message.row.length, ...message.answers.map((one) => one.length)];
    this.names = message.classic ? ["i", "h", "o"] : null;
    this.draw();
  }

  nameOf(column, row) {
    if (this.names) return `${this.names[column]}${row + 1}`;
    if (column === 0) return this.page().problem.names[row];
    if (column === this.counts.length - 1) return "out";
    return `h${column},${row + 1}`;
  }

  valueOf(column, row) {
    return column === 0 ? this.step.row[row] : this.step.answers[column - 1][row];
  }

  activationOf(column) {
    if (this.step.classic) return "sigmoid";
    const { settings, problem } = this.page();
    return column < this.counts.length - 1 ? settings.activation : problem.of === "binary" ? "sigmoid" : "linear";
  }

  draw() {
    const { step, counts, stage } = this;
    if (!step) return;
    this.words.textContent = `${SAYS[stage]}${stage === "update" && step.optimizer === "SGD" && step.classic ? " Gradient descent: new weight = weight − rate × gradient." : ""}`;
    const shades = colours();
    const columns = counts.length;
    const rows = Math.max(...counts);
    const many = counts.slice(1).reduce((sum, count, place) => sum + count * counts[place], 0) > 14;
    const [wide, size] = many ? [84, 58] : [98, 82];
    const stepX = columns > 1 ? Math.max(wide + 100, Math.min(wide + 260, (this.host.clientWidth - wide - 40) / (columns - 1))) : 0;
    const stepY = many ? size + 14 : size + 58;
    const [width, height] = [(columns - 1) * stepX + wide + 40, 12 + (rows - 1) * stepY + size + 16];
    const at = (column, row) => [20 + column * stepX, 12 + ((rows - counts[column]) / 2 + row) * stepY];
    const svg = s("svg", { width, height, viewBox: `0 0 ${width} ${height}`, class: "step", role: "group", "aria-label": this.described() });
    svg.style.maxWidth = "none";
    for (let column = 1; column < columns; column += 1) {
      const kernel = step.weights[2 * (column - 1)];
      const gradient = step.gradients[2 * (column - 1)];
      const fresh = step.changed[2 * (column - 1)];
      for (let from = 0; from < counts[column - 1]; from += 1)
        for (let to = 0; to < counts[column]; to += 1) {
          const [x0, y0] = at(column - 1, from);
          const [x1, y1] = at(column, to);
          const back = stage === "backward" || stage === "update";
          const value = back ? gradient[from][to] : kernel[from][to];
          const most = Math.max(1e-9, ...(back ? gradient : kernel).flat().map(Math.abs));
          const lit = !this.chosen || (this.chosen[0] === column && this.chosen[1] === to);
          svg.append(s("line", { x1: x0 + wide, y1: y0 + size / 2, x2: x1, y2: y1 + size / 2, stroke: value < 0 ? shades.low : shades.high,
            "stroke-width": 0.8 + 4 * Math.abs(value) / most, "stroke-opacity": lit ? 0.75 : 0.14, class: stage === "backward" ? "back" : "forth" }));
          if (many && !(this.chosen && lit)) continue;
          if (!lit) continue;
          // Near where the edge ends, so that the numbers of edges that cross stay apart.
          const share = 0.3 + 0.36 * ((from + to) % 2);
          const [x, y] = [x0 + wide + (x1 - x0 - wide) * share, y0 + size / 2 + (y1 - y0) * share];
          const text = stage === "update" ? `${digits(kernel[from][to])} → ${digits(fresh[from][to])}` : stage === "backward" ? `∂ ${digits(value)}` : digits(value);
          svg.append(s("text", { x, y: y - 5, class: "on-edge", "text-anchor": "middle" }, text));
        }
    }
    for (let column = 0; column < columns; column += 1)
      for (let row = 0; row < counts[column]; row += 1) svg.append(this.node(column, row, at(column, row), wide, size));
    put(this.diagram, svg);
    this.tell();
  }

  node(column, row, [x, y], wide, size) {
    const { step, stage } = this;
    const lines = [[this.nameOf(column, row), "name"], [number(this.valueOf(column, row), 5), "value"]];
    if (column > 0 && (stage === "backward" || stage === "update")) lines.push([`δ ${number(step.deltas[column - 1][row], 4)}`, "delta"]);
    if (column === this.counts.length - 1) lines.push([`target ${digits(step.target[row])}`, "delta"]);
    const chosen = this.chosen?.[0] === column && this.chosen[1] === row;
    const group = s("g", { class: `unit${column ? " pressable" : ""}${chosen ? " chosen" : ""}` },
      s("rect", { x, y, width: wide, height: size, rx: 10 }),
      lines.map(([text, kind], place) => s("text", { x: x + wide / 2, y: y + size / 2 + (place - (lines.length - 1) / 2) * 15 + 4, class: kind, "text-anchor": "middle" }, text)));
    if (column) {
      const choose = () => { this.chosen = chosen ? null : [column, row]; this.draw(); this.diagram.querySelector(".chosen")?.focus(); };
      group.setAttribute("tabindex", "0");
      group.setAttribute("role", "button");
      group.setAttribute("aria-label", `${this.nameOf(column, row)}: ${digits(this.valueOf(column, row))}. Press for its calculation.`);
      group.addEventListener("click", choose);
      group.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(); } });
    }
    return group;
  }

  described() {
    const { step } = this;
    return `Network of ${this.counts.join(", ")} units. Inputs ${step.row.map(digits).join(", ")}; answers ${step.answers.at(-1).map(digits).join(", ")}; targets ${step.target.map(digits).join(", ")}; loss ${digits(step.loss)}.`;
  }

  // The calculation of the chosen unit, or of the first of the last layer.
  tell() {
    const { step, stage, counts } = this;
    const [column, row] = this.chosen ?? [stage === "forward" ? 1 : counts.length - 1, 0];
    const place = column - 1;
    const name = this.nameOf(column, row);
    const kernel = step.weights[2 * place];
    const bias = step.weights[2 * place + 1][row];
    const before = kernel.map((_, from) => this.valueOf(column - 1, from));
    const sign = (value) => (value < 0 ? ` − ${digits(-value)}` : ` + ${digits(value)}`);
    const lines = [];
    if (stage === "forward") {
      lines.push(`sum of ${name} = ${kernel.map((to, from) => `${digits(to[row])} × ${digits(before[from])}`).join(" + ")}${sign(bias)} = ${digits(step.sums[place][row])}`);
      lines.push(`${name} = ${this.activationOf(column)}(${digits(step.sums[place][row])}) = ${digits(step.answers[place][row])}`);
    } else if (stage === "error") {
      const answers = step.answers.at(-1);
      if (step.classic) {
        const parts = answers.map((answer, one) => `½ (${digits(step.target[one])} − ${digits(answer)})²`);
        lines.push(`loss = ${parts.join(" + ")} = ${number(step.loss, 9)}`);
      } else if (this.page().problem.of === "binary") {
        const truth = step.target[0] === 1;
        lines.push(`cross-entropy = −log(${truth ? "" : "1 − "}${digits(answers[0])})${this.penalised() ? " + penalties" : ""} = ${digits(step.loss)}`);
      } else lines.push(`squared error = (${digits(step.target[0])} − ${digits(answers[0])})²${this.penalised() ? " + penalties" : ""} = ${digits(step.loss)}`);
    } else {
      const delta = step.deltas[place][row];
      const last = column === counts.length - 1;
      const sloped = this.activationOf(column) === "sigmoid" ? ` × ${digits(this.valueOf(column, row))} × (1 − ${digits(this.valueOf(column, row))})` : "";
      if (stage === "backward") {
        if (last && step.classic) lines.push(`δ of ${name} = (${digits(this.valueOf(column, row))} − ${digits(step.target[row])})${sloped} = ${digits(delta)}`);
        else if (last) lines.push(`δ of ${name} = ${digits(delta)}${this.page().problem.of === "binary" ? " = answer − target" : " = 2 (answer − target)"}`);
        else {
          const after = step.weights[2 * column][row];
          const parts = after.map((weight, to) => `${digits(weight)} × ${digits(step.deltas[column][to])}`);
          lines.push(`δ of ${name} = (${parts.join(" + ")})${sloped || ` × slope of ${this.activationOf(column)} at ${digits(step.sums[place][row])}`} = ${digits(delta)}`);
        }
        before.forEach((value, from) => lines.push(`gradient of ${this.nameOf(column - 1, from)} → ${name} = ${digits(delta)} × ${digits(value)}${this.penalised() ? " + penalty" : ""} = ${digits(step.gradients[2 * place][from][row])}`));
        lines.push(`gradient of the bias of ${name} = δ = ${digits(step.gradients[2 * place + 1][row])}`);
      } else [...before, null].forEach((_, from) => {
        const bias = from === before.length;
        const of = (arrays) => (bias ? arrays[2 * place + 1][row] : arrays[2 * place][from][row]);
        const [weight, gradient, fresh] = [step.weights, step.gradients, step.changed].map(of);
        const what = bias ? `bias of ${name}` : `${this.nameOf(column - 1, from)} → ${name}`;
        lines.push(step.optimizer === "SGD" && (step.classic || this.page().settings.optimizer === "sgd")
          ? `${what}: ${digits(weight)} − ${digits(step.rate)} × ${digits(gradient)} = ${number(fresh, 8)}`
          : `${what}: ${digits(weight)}, gradient ${digits(gradient)}, by ${step.optimizer} ${digits(fresh)}`);
      });
    }
    put(this.detail, h("div", { class: "card wash stack" }, lines.map((line) => h("div", { class: "mono sum" }, line))),
      h("p", { class: "small muted" }, "Press a unit to see its own calculation. All numbers come from the engine: gradients from automatic differentiation of the loss, new weights from the optimizer."));
  }

  penalised() {
    if (this.step.classic) return false;
    const { l1, l2 } = this.page().settings;
    return l1 > 0 || l2 > 0;
  }
}
