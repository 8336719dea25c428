// Points that are drawn on the map, with the pointer or with the keyboard.

import { debounced, h, segmented } from "/web/dom.js";

const HALF = 1.2;

export class Drawing {
  constructor(settings, change, map) {
    this.settings = settings;
    this.map = map;
    this.label = 1;
    this.points = null;
    this.send = debounced(() => change({ points: this.points }), 600);
  }

  get all() {
    return (this.points ??= this.settings().points.map((point) => [...point]));
  }

  /** Whether there are too few points to learn from. */
  missing() {
    return this.all.length < 4 || new Set(this.all.map(([, , label]) => label)).size < 2;
  }

  controls() {
    this.points = null;
    return h("div", { class: "stack" },
      h("p", { class: "small" }, this.missing() ? "Press on the map to set points: at least four, of both classes." : "Press on the map to add points. With the keyboard: arrows, then Enter."),
      segmented([["1", "Blue"], ["0", "Orange"]], String(this.label), (name) => { this.label = Number(name); }, "Class of the next point"),
      h("div", { class: "row" },
        h("button", { class: "button small", type: "button", disabled: !this.all.length, onclick: () => { this.all.pop(); this.changed(); } }, "Undo"),
        h("button", { class: "button small", type: "button", disabled: !this.all.length, onclick: () => { this.points = []; this.changed(); } }, "Clear")));
  }

  add(u, v, event) {
    const label = event.altKey || event.button === 2 ? 1 - this.label : this.label;
    this.all.push([Number(u.toFixed(3)), Number(v.toFixed(3)), label]);
    this.changed();
  }

  changed() {
    if (this.missing()) this.wait();
    else this.map.set({ ...this.map.problem, places: this.all, train: this.all.length });
    this.send();
  }

  /** Show the points that are there while they are too few. */
  wait() {
    this.map.bytes = null;
    this.map.set({ places: this.all, train: this.all.length, window: [0, 0, HALF], span: [0, 1], names: ["x1", "x2"], of: "binary" });
    this.map.draw();
  }
}
