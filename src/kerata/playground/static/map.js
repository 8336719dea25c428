// The map: what the network answers everywhere, with the rows on it.

import { framed, h, number } from "/web/dom.js";
import { colours, paint } from "./colours.js";

export class AnswerMap {
  /** Options: label; pressed(place, u, v, event) for a click on the map; small (no axes). */
  constructor(host, { label, pressed, moved, small = false } = {}) {
    this.label = label;
    this.small = small;
    this.answers = h("canvas");
    this.buffer = document.createElement("canvas");
    this.over = h("canvas", { role: "img", "aria-label": label, tabindex: pressed ? "0" : undefined });
    if (pressed) this.keys = " Arrow keys move a cross, Enter presses.";
    this.element = h("div", { class: small ? "map small-map" : "map" }, this.answers, this.over);
    host.append(this.element);
    this.problem = null;
    this.bytes = null;
    this.cursor = null;
    this.draw = framed(() => this.drawAnswers());
    this.mark = framed(() => this.drawRows());
    new ResizeObserver(() => { this.drawAnswers(); this.drawRows(); }).observe(this.element);
    addEventListener("kerata-theme", () => { this.draw(); this.mark(); });
    if (pressed) this.listen(pressed);
    if (moved) {
      this.over.addEventListener("pointermove", (event) => moved(...this.placeOf(event)));
      this.over.addEventListener("pointerleave", () => moved(null));
    }
  }

  /** The problem: {places, train, window, baseline, of, names}. */
  set(problem) {
    this.problem = problem;
    this.mark();
  }

  show(bytes, side, signed = false) {
    [this.bytes, this.side, this.signed] = [bytes, side, signed];
    this.drawAnswers();
  }

  describe(text) {
    this.over.setAttribute("aria-label", `${this.label}. ${text}${this.keys ?? ""}`);
  }

  listen(pressed) {
    this.over.addEventListener("click", (event) => {
      const [u, v] = this.placeOf(event);
      pressed(this.nearest(u, v), u, v, event);
    });
    this.over.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      const [x, y, half] = this.window;
      this.cursor ??= [x, y];
      if (step) this.cursor = this.cursor.map((value, place) => value + step[place] * half * (event.shiftKey ? 0.2 : 0.05));
      else if (event.key === "Enter" || event.key === " ") pressed(this.nearest(...this.cursor), ...this.cursor, event);
      else return;
      event.preventDefault();
      this.mark();
    });
    this.over.addEventListener("blur", () => { this.cursor = null; this.mark(); });
  }

  get window() {
    return this.problem?.window ?? [0, 0, 1.2];
  }

  placeOf(event) {
    const box = this.over.getBoundingClientRect();
    const [x, y, half] = this.window;
    return [x + half * ((event.clientX - box.left) / box.width * 2 - 1), y - half * ((event.clientY - box.top) / box.height * 2 - 1)];
  }

  nearest(u, v) {
    let [best, found] = [Infinity, null];
    this.problem?.places.forEach(([a, b], place) => {
      const far = (a - u) ** 2 + (b - v) ** 2;
      if (far < best) [best, found] = [far, place];
    });
    return found;
  }

  size(canvas) {
    const ratio = devicePixelRatio || 1;
    const side = Math.round(this.element.clientWidth * ratio);
    if (canvas.width !== side) [canvas.width, canvas.height] = [side, side];
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    return [pen, side / ratio];
  }

  drawAnswers() {
    const [pen, side] = this.size(this.answers);
    if (!side) return;
    if (!this.bytes) {
      pen.clearRect(0, 0, side, side);
      return;
    }
    paint(this.buffer, this.bytes, this.side, this.signed);
    pen.imageSmoothingEnabled = true;
    pen.imageSmoothingQuality = "high";
    pen.drawImage(this.buffer, 0, 0, side, side);
    if (!this.signed && this.problem?.of !== "regression") this.drawBoundary(pen, side);
  }

  // Where the answer crosses one half: marching squares.
  drawBoundary(pen, side) {
    const n = this.side;
    const cell = side / n;
    const value = (row, column) => this.bytes[row * n + column] - 127.5;
    pen.beginPath();
    for (let row = 0; row < n - 1; row += 1)
      for (let column = 0; column < n - 1; column += 1) {
        const corners = [value(row, column), value(row, column + 1), value(row + 1, column + 1), value(row + 1, column)];
        const above = corners.map((corner) => corner > 0);
        if (above.every(Boolean) || !above.some(Boolean)) continue;
        const crossings = [];
        for (let edge = 0; edge < 4; edge += 1) {
          const [a, b] = [corners[edge], corners[(edge + 1) % 4]];
          if (a > 0 === b > 0) continue;
          const share = a / (a - b);
          const [x, y] = [[share, 0], [1, share], [1 - share, 1], [0, 1 - share]][edge];
          crossings.push([(column + x + 0.5) * cell, (row + y + 0.5) * cell]);
        }
        for (let place = 0; place + 1 < crossings.length; place += 2) {
          pen.moveTo(...crossings[place]);
          pen.lineTo(...crossings[place + 1]);
        }
      }
    pen.strokeStyle = colours().ink;
    pen.lineWidth = this.small ? 1 : 1.6;
    pen.stroke();
  }

  drawRows() {
    const [pen, side] = this.size(this.over);
    pen.clearRect(0, 0, side, side);
    if (!side || !this.problem) return;
    const { places, train, baseline, span } = this.problem;
    const [x, y, half] = this.window;
    const at = (u, v) => [((u - x) / half + 1) / 2 * side, (1 - (v - y) / half) / 2 * side];
    const shades = colours();
    if (baseline?.line && !this.small) this.drawLine(pen, side, baseline.line);
    const radius = this.small ? 1.6 : places.length > 400 ? 2.4 : 3.6;
    const [low, high] = span ?? [0, 1];
    places.forEach(([u, v, target], place) => {
      const held = place >= train;
      if (this.small && held) return;
      const share = Math.round(255 * Math.min(1, Math.max(0, (target - low) / (high - low))));
      const colour = share === 0 ? shades.low : share === 255 ? shades.high
        : `rgb(${shades.table.slice(4 * share, 4 * share + 3).join(" ")})`;
      pen.beginPath();
      pen.arc(...at(u, v), held ? radius - 0.4 : radius, 0, 7);
      pen.fillStyle = held ? shades.paper : colour;
      pen.fill();
      pen.strokeStyle = held ? colour : shades.paper;
      pen.lineWidth = held ? 1.5 : 1;
      if (held || !this.small) pen.stroke();
    });
    if (this.chosen !== undefined && this.chosen !== null && places[this.chosen]) {
      pen.beginPath();
      pen.arc(...at(...places[this.chosen]), 9, 0, 7);
      pen.strokeStyle = shades.ink;
      pen.lineWidth = 2.5;
      pen.stroke();
    }
    if (this.cursor) {
      const [a, b] = at(...this.cursor);
      pen.strokeStyle = shades.ink;
      pen.lineWidth = 1.5;
      pen.beginPath();
      pen.moveTo(a - 9, b); pen.lineTo(a + 9, b); pen.moveTo(a, b - 9); pen.lineTo(a, b + 9);
      pen.stroke();
    }
  }

  drawLine(pen, side, [a, b, c]) {
    const [x, y, half] = this.window;
    const ends = [];
    for (const edge of [-1, 1]) {
      // Where the line meets the map's sides, whichever it meets.
      if (Math.abs(b) > 1e-12) ends.push([x + edge * half, -(a * (x + edge * half) + c) / b]);
      if (Math.abs(a) > 1e-12) ends.push([-(b * (y + edge * half) + c) / a, y + edge * half]);
    }
    const inside = ends.filter(([u, v]) => Math.abs(u - x) <= half * 1.0001 && Math.abs(v - y) <= half * 1.0001);
    if (inside.length < 2) return;
    pen.beginPath();
    for (const [place, [u, v]] of inside.slice(0, 2).entries())
      pen[place ? "lineTo" : "moveTo"](((u - x) / half + 1) / 2 * side, (1 - (v - y) / half) / 2 * side);
    pen.setLineDash([6, 5]);
    pen.strokeStyle = colours().soft;
    pen.lineWidth = 1.6;
    pen.stroke();
    pen.setLineDash([]);
  }
}

/** How much of a map is class 1, for those who don't see it. */
export function shareOf(bytes) {
  let count = 0;
  for (const value of bytes) count += value > 127;
  return `${number((100 * count) / bytes.length, 2)}%`;
}
