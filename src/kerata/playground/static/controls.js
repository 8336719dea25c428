// What can be chosen: data on the left, how the network learns.

import { debounced, h, number, put, s, segmented } from "/web/dom.js";

const TITLES = { moons: "Moons", circles: "Circles", xor: "XOR", spiral: "Spiral", blobs: "Blobs", plane: "Plane", drawn: "Draw", table: "Table" };
const CHOICES = {
  rate: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
  l1: [0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1],
  l2: [0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1],
  dropout: [0, 0.1, 0.2, 0.3, 0.4, 0.5],
  jitter: [0, 0.05, 0.1, 0.2, 0.3, 0.5, 1],
  batch: [1, 2, 5, 10, 20, 30, 60, 120],
};

/** A small drawing of each problem, the same for everybody. */
export function icon(name) {
  const dots = [];
  const dot = (x, y, high) => dots.push(s("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: 1.9, class: high ? "high" : "low" }));
  const around = (count, make) => { for (let place = 0; place < count; place += 1) make(place / (count - 1), place); };
  if (name === "moons") around(9, (t) => {
    dot(15 + 9 * Math.cos(Math.PI * t), 19 - 9 * Math.sin(Math.PI * t), false);
    dot(24 - 9 * Math.cos(Math.PI * t), 17 + 9 * Math.sin(Math.PI * t), true);
  });
  else if (name === "circles") around(13, (t, place) => {
    dot(20 + 13 * Math.cos(6.28 * t), 18 + 13 * Math.sin(6.28 * t), false);
    if (place % 2) dot(20 + 5 * Math.cos(6.28 * t), 18 + 5 * Math.sin(6.28 * t), true);
  });
  else if (name === "xor") for (const [x, y] of [[12, 10], [28, 10], [12, 26], [28, 26]])
    for (const [a, b] of [[-4, -3], [3, -2], [-1, 3], [4, 4]]) dot(x + a, y + b, (x === 12) === (y === 10));
  else if (name === "spiral") around(10, (t, place) => {
    const [r, angle] = [1 + 13 * Math.sqrt(t), 7 * Math.sqrt(t)];
    if (place) { dot(20 + r * Math.cos(angle), 18 + r * Math.sin(angle), true); dot(20 - r * Math.cos(angle), 18 - r * Math.sin(angle), false); }
  });
  else if (name === "blobs") for (const [a, b] of [[-4, -3], [3, -4], [0, 0], [-2, 4], [5, 2], [1, -6]]) { dot(12 + a, 25 + b, false); dot(28 + a, 12 - b, true); }
  else if (name === "plane") for (let x = 8; x < 36; x += 6) for (let y = 6; y < 34; y += 6) {
    const share = (x - y + 26) / 52;
    dots.push(s("circle", { cx: x, cy: y, r: 1.4 + 1.4 * Math.abs(share - 0.5), class: share > 0.5 ? "high" : "low" }));
  }
  else if (name === "drawn") return s("svg", { viewBox: "0 0 40 36", "aria-hidden": "true" }, s("path", { d: "M9 27l2-6L26 6l4 4-15 15z M24 8l4 4", class: "pencil" }));
  else return s("svg", { viewBox: "0 0 40 36", "aria-hidden": "true" }, s("path", { d: "M7 7h26v22H7z M7 14h26 M7 21.500h26 M16 7v22 M25 7v22", class: "pencil" }));
  return s("svg", { viewBox: "0 0 40 36", "aria-hidden": "true" }, dots);
}

const listed = (name, value) => [...new Set([...CHOICES[name], value])].sort((a, b) => a - b);

function select(label, values, value, choose, text = String) {
  return h("label", { class: "field" }, h("span", {}, label),
    h("select", { class: "select", onchange: (event) => choose(values[event.target.selectedIndex]) },
      values.map((one) => h("option", { selected: one === value }, text(one)))));
}

function slider(label, value, [low, high, step], choose, text = String) {
  const shown = h("b", {}, text(value));
  const send = debounced((chosen) => choose(chosen), 160);
  return h("label", { class: "field" }, h("span", { class: "spread" }, label, shown),
    h("input", { class: "slider", type: "range", min: low, max: high, step, value, oninput: (event) => {
      shown.textContent = text(event.target.valueAsNumber);
      send(event.target.valueAsNumber);
    } }));
}

/** The left column: which data. */
export function dataControls(host, hello, settings, change, drawing) {
  const made = !["drawn", "table"].includes(settings.problem);
  const pictures = h("div", { class: "problems", role: "group", "aria-label": "Data" }, hello.problems.map((name) =>
    h("button", { class: "problem", type: "button", "aria-pressed": String(name === settings.problem),
      onclick: () => change({ problem: name, ...(name === "plane" && settings.problem !== "plane" ? { noise: 0.1 } : {}) }) },
    icon(name), h("span", {}, TITLES[name]))));
  const noise = { spiral: 0.2, plane: 0.5 }[settings.problem] ?? 0.6;
  put(host, pictures,
    settings.problem === "drawn" && drawing.controls(),
    settings.problem === "table" && tableControls(hello.table, settings, change),
    made && slider("Noise", settings.noise, [0, Math.max(noise, settings.noise), 0.01], (value) => change({ noise: value }), (v) => number(v, 2)),
    made && slider("Points", settings.rows, [40, Math.max(600, settings.rows), 20], (value) => change({ rows: value })),
    slider("To learn from", settings.share, [0.1, 0.9, 0.05], (value) => change({ share: value }), (v) => `${Math.round(100 * v)}%`),
    h("div", { class: "row nowrap" }, h("label", { class: "field grow" }, h("span", {}, "Seed"),
      h("input", { class: "input", type: "number", min: 0, step: 1, value: settings.seed, onchange: (event) => change({ seed: Math.max(0, Math.round(event.target.valueAsNumber || 0)) }) })),
    h("button", { class: "button", type: "button", style: { "align-self": "end" }, title: "Other data, other first weights", onclick: () => change({ seed: settings.seed + 1 }) }, "Next")));
}

function tableControls(table, settings, change) {
  const target = settings.target || table.targets[0];
  const free = table.columns.filter((name) => name !== target && !target.startsWith(`${name}: `));
  const chosen = settings.columns.filter((name) => free.includes(name));
  const all = chosen.length < 2;
  const pair = all ? free.slice(0, 2) : chosen;
  const choose = (place, name) => {
    const next = [...pair.slice(0, 2)];
    if (next[1 - place] === name) next[1 - place] = next[place];
    next[place] = name;
    change({ columns: next });
  };
  return [h("p", { class: "small muted cut", title: table.name }, table.name),
    select("Predict", table.targets, target, (value) => change({ target: value, columns: [] })),
    free.length > 2 && segmented([["two", "Two columns"], ["all", "All columns"]], all ? "all" : "two",
      (name) => change({ columns: name === "all" ? [] : pair.slice(0, 2) }), "Inputs"),
    !all && select("Across", free, pair[0], (name) => choose(0, name)),
    !all && select("Upwards", free, pair[1], (name) => choose(1, name))];
}

/** The row over the network: how it learns. */
export function trainingControls(host, hello, settings, change) {
  const number_ = (value) => (value === 0 ? "none" : number(value, 3));
  const batches = listed("batch", settings.batch);
  put(host,
    select("Learning rate", listed("rate", settings.rate), settings.rate, (rate) => change({ rate }), (v) => number(v, 3)),
    select("Activation", hello.activations, settings.activation, (activation) => change({ activation })),
    select("Optimizer", hello.optimizers, settings.optimizer, (optimizer) => change({ optimizer })),
    select("Batch", batches, settings.batch, (batch) => change({ batch })),
    ...[["L1", "l1"], ["L2", "l2"], ["Dropout", "dropout"], ["Input noise", "jitter"]].map(([label, name]) =>
      select(label, listed(name, settings[name]), settings[name], (value) => change({ [name]: value }), number_)));
}
