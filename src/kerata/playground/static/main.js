// The playground's page: what is heard from the engine goes to the views, what is chosen to it.

import { $, framed, h, number, percent, put, segmented, toast } from "/web/dom.js";
import { Chart } from "/web/chart.js";
import { read, written } from "./address.js";
import { colours } from "./colours.js";
import { dataControls, trainingControls } from "./controls.js";
import { Drawing } from "./drawing.js";
import { FamilyView } from "./family.js";
import { GatesView } from "./gates.js";
import { Link } from "./link.js";
import { AnswerMap, shareOf } from "./map.js";
import { inputPictures, NetworkView } from "./net.js";
import { StepView } from "./step.js";

const SPEEDS = [[1, "1 epoch"], [5, "5 epochs"], [20, "20 epochs"]];
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

const page = {
  hello: null, settings: null, problem: null, playing: false, view: "learn", speed: 1,
  curve: { epoch: [], loss: [], held: [] }, last: null, preview: null, frames: 0,
};

// The frame ---------------------------------------------------------------------------------------

const play = h("button", { class: "button primary play", type: "button", onclick: () => run(!page.playing) }, "Play");
const epochs = h("b", {}, "0");
const note = h("span", { class: "badge", role: "status" });
const controls = h("div", { class: "row" },
  h("button", { class: "button", type: "button", title: "Begin again from the first weights (R)", onclick: reset }, "Reset"),
  play,
  h("button", { class: "button", type: "button", title: "One epoch (S)", onclick: step }, "Step"),
  h("span", { class: "figure epochs" }, h("span", {}, "epoch"), epochs),
  h("label", { class: "row small muted speed" }, "a picture every",
    h("select", { class: "select", onchange: (event) => hurry(SPEEDS[event.target.selectedIndex][0]) },
      SPEEDS.map(([, text]) => h("option", {}, text)))),
  note);

const views = { learn: "Learn", family: "Family", step: "One step", gates: "Gates" };
const choice = segmented(Object.entries(views), "learn", show, "View");
const header = h("header", { class: "top spread" },
  h("div", { class: "row" }, h("h1", {}, "Playground"), choice),
  h("div", { class: "row" },
    h("button", { class: "button small", type: "button", onclick: () => { run(false); link.say("code"); } }, "Show the code"),
    h("button", { class: "button small", type: "button", title: "As a .keras file, which Kerata and Keras open", onclick: () => link.say("file") }, "Save"),
    h("button", { class: "button small", type: "button", title: "Into the folder runs, which kerata board, show and predict know", onclick: saveRun }, "Save as run"),
    h("button", { class: "button small quiet", type: "button", "data-toggle": "theme", title: "Light or dark" }, "◐ Theme")));

const dataHost = h("div", { class: "stack" });
const trainingHost = h("div", { class: "training" });
const netHost = h("div", { class: "net-host" });
const figures = {};
const figure = (name, label, key) => h("div", { class: "figure" },
  h("span", {}, key && h("i", { class: `key ${key}` }), h("span", {}, label)), (figures[name] = h("b", {}, "–")));
const mapHost = h("div");
const legend = h("div", { class: "legend small muted" });
const readout = h("div", { class: "small muted readout-line", "aria-hidden": "true" });
const remarks = h("div", { class: "stack remarks" });
const announced = h("div", { class: "visually-hidden", "aria-live": "polite" });
const notes = h("div", { class: "stack small muted" });
const chartHost = h("div");

const learn = h("div", { class: "learn" },
  h("section", { class: "data stack", "aria-label": "Data" }, h("h2", {}, "Data"), dataHost, notes),
  h("section", { class: "network stack", "aria-label": "Network" }, h("h2", {}, "Network"), trainingHost, netHost,
    h("p", { class: "small muted hint" }, "Each square shows what its unit answers over the map: ",
      h("span", { class: "word-low" }, "orange below 0"), ", ", h("span", { class: "word-high" }, "blue above"),
      ". Lines are weights; press one, or a unit, to set it."), remarks, announced),
  h("section", { class: "outcome stack", "aria-label": "Outcome" }, h("h2", {}, "Outcome"), mapHost, readout, legend,
    h("div", { class: "figures" }, figure("loss", "training loss", "train"), figure("held", "validation loss", "test"), figure("accuracy", "validation rows right"), figure("beat", "to beat")),
    chartHost));
const other = h("div", { class: "other", hidden: true });
put($("#page"), header, h("div", { class: "bar" }, controls), learn, other);

const map = new AnswerMap(mapHost, {
  label: "What the network answers over the map",
  pressed: (place, u, v, event) => {
    if (page.settings.problem === "drawn") drawing.add(u, v, event);
    else if (place !== null) { page.row = place; choose("step"); }
  },
  moved: (u, v) => {
    if (u === null || !map.bytes || map.signed) { readout.textContent = ""; return; }
    const [x, y, half] = map.window;
    const [column, row] = [(u - x) / half, (y - v) / half].map((share) => Math.min(map.side - 1, Math.max(0, Math.floor((share + 1) / 2 * map.side))));
    const [low, high] = page.problem.span;
    const answer = low + (map.bytes[row * map.side + column] / 255) * (high - low);
    const [a, b] = mapNames();
    readout.textContent = `${a} ${number(u, 3)}, ${b} ${number(v, 3)}: answer ${number(answer, 2)}`;
  },
});
const net = new NetworkView(netHost, {
  layers: (layers) => change({ layers }),
  weight: (place, index, value) => link.say("weight", { place, index, value }),
  preview: (unit) => { page.preview = unit; paintMap(); },
});
const chart = new Chart(chartHost, { label: "Loss", xTitle: "epoch", height: 190 });
const drawing = new Drawing(() => page.settings, change, map);
const family = new FamilyView(other, (kind) => link.say("family", { kind }), () => page.problem);
const steps = new StepView(other, (what, about) => link.say(what, about), () => page);
const gates = new GatesView(other, (what, about) => link.say(what, about), () => page.hello);

// Heard from the engine ---------------------------------------------------------------------------

const heard = {
  hello(message) {
    page.hello = message;
    if (!page.settings) page.settings = read(location.hash.slice(1), message.defaults);
    const view = new URLSearchParams(location.hash.slice(1)).get("view");
    send();
    if (!calm) run(true);
    hurry(page.speed);
    if (view in views && view !== page.view) page.opening = view;
    else if (page.view === "family") family.open();
  },
  compiling() { say("compiling …", "live"); },
  problem(message) {
    page.problem = message;
    page.settings = message.settings;
    page.curve = { epoch: [], loss: [], held: [] };
    if (message.compiled) page.compiled = message.compiled;
    say("");
    drawControls();
    map.set(message);
    net.set(message.names, message.settings.layers, targetName(), { units: page.hello.most_units, layers: page.hello.most_layers });
    net.inputs = inputPictures(axes());
    put(notes, message.notes.map((text) => h("p", {}, text)));
    put(remarks);
    drawLegend();
    drawChart();
    if (page.opening) choose(page.opening);
    page.opening = null;
  },
  frame(message, bytes) {
    const [side] = message.sides;
    page.last = { message, answer: bytes.subarray(0, side * side), pictures: bytes.subarray(side * side) };
    page.frames += 1;
    if (message.new.length && message.new[0][0] <= page.curve.epoch.at(-1)) page.curve = { epoch: [], loss: [], held: [] };
    if (!message.epoch) page.curve = { epoch: [], loss: [], held: [] };
    for (const [epoch, loss, held] of message.new) {
      page.curve.epoch.push(epoch);
      page.curve.loss.push(loss);
      page.curve.held.push(held);
    }
    epochs.textContent = message.epoch.toLocaleString("en-US");
    if (message.epoch) page.learnedAfter ??= performance.now();
    playing(message.playing);
    if (message.new.length || !message.epoch) showFigures(message.new.at(-1));
    paintMap();
    net.show(message.weights, message.scales, page.last.pictures, page.last.answer, message.sides, net.inputs);
    drawChart();
    now_and_then();
    if (message.diverged) say("The loss is no longer finite: lower the learning rate and reset.", "bad");
    if (page.view === "step") steps.changed();
  },
  family(message, bytes) {
    epochs.textContent = message.epoch.toLocaleString("en-US");
    say("");
    playing(message.playing);
    family.show(message, bytes);
  },
  remarks(message) {
    // Figures change all the time: a screen reader says only what is new.
    const names = message.found.map((one) => one.name).join(", ");
    if (announced.textContent !== names) announced.textContent = names;
    put(remarks, message.found.map((one) => h("div", { class: `notice ${one.severity === "serious" ? "bad" : "odd"}` },
      h("b", {}, one.name[0].toUpperCase() + one.name.slice(1)), ". ", one.sentence, " ", h("span", { class: "muted" }, one.next_step))));
  },
  file({ name }, bytes) {
    const way = document.createElement("a");
    way.href = URL.createObjectURL(new Blob([bytes]));
    way.download = name;
    way.click();
    setTimeout(() => URL.revokeObjectURL(way.href), 1000);
  },
  run({ name, board }) {
    say("");
    toast(h("div", { class: "stack" }, h("span", {}, "Saved as the run ", h("b", {}, name), "."),
      board ? h("a", { href: board, target: "_blank", rel: "noopener" }, "See it on the board") : h("code", { class: "small" }, "kerata board")), "", 12);
  },
  step: (message) => steps.show(message),
  gate: (message, bytes) => gates.show(message, bytes),
  xnor: (message) => gates.showXnor(message),
  code: (message) => showCode(message),
  error(message) {
    say("");
    if (page.settings?.problem === "drawn" && drawing.missing()) return;
    toast(message.sentence, "bad");
    if (page.problem) { page.settings = page.problem.settings; drawControls(); }
  },
};

const link = new Link((kind, message, bytes) => heard[kind]?.(message, bytes), (state) => {
  if (state === "lost") { say("The engine does not answer: is kerata playground still running?", "bad"); playing(false); }
  else say("");
});

// Asked of it -------------------------------------------------------------------------------------

function change(changes) {
  page.settings = { ...page.settings, ...changes };
  send();
  drawControls();
}

function send() {
  note_address();
  if (page.settings.problem === "drawn" && drawing.missing()) {
    drawing.wait();
    drawControls();
    return;
  }
  link.say("settings", { settings: page.settings });
}

function note_address() {
  const view = page.view === "learn" ? "" : `view=${page.view}`;
  const text = [written(page.settings, page.hello.defaults), view].filter(Boolean).join("&");
  history.replaceState(null, "", `#${text}`);
}

function run(wanted) {
  link.say(wanted ? "play" : "pause");
  playing(wanted);
}

function saveRun() {
  run(false);
  say("saving …", "live");
  link.say("run");
}
function step() { link.say("step"); playing(false); }
function reset() { say(""); put(remarks); link.say("reset"); }
function hurry(count) { page.speed = count; link.say("speed", { epochs: count }); }

function playing(now) {
  page.playing = now;
  const text = now ? "Pause" : "Play";
  if (play.textContent !== text) play.textContent = text;
}

function say(text, kind = "") {
  note.textContent = text;
  note.className = `badge ${kind}`;
  note.hidden = !text;
}

addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, textarea, button, canvas, dialog, [role=dialog]") || event.ctrlKey || event.metaKey || event.altKey) return;
  const action = { " ": () => run(!page.playing), s: step, r: reset }[event.key.toLowerCase()];
  if (action) { event.preventDefault(); action(); }
});
addEventListener("hashchange", () => {
  const wanted = location.hash.slice(1);
  if (!page.hello) return;
  page.settings = read(wanted, page.hello.defaults);
  const view = new URLSearchParams(wanted).get("view") ?? "learn";
  if (view in views && view !== page.view) choose(view);
  send();
});

// Shown -------------------------------------------------------------------------------------------

function show(name) {
  const before = page.view;
  page.view = name;
  learn.hidden = name !== "learn";
  other.hidden = name === "learn";
  controls.hidden = name === "gates" || name === "step";
  if (before === "family" && name !== "family") link.say("family", { kind: null });
  put(other);
  if (page.hello) note_address();
  if (name === "family") family.open();
  if (name === "step") { run(false); steps.open(); }
  if (name === "gates") { run(false); gates.open(); }
}

function choose(name) { choice.querySelector(`[data-name="${name}"]`).click(); }

// Controls are made anew with each change, but not under a slider that is being dragged.
let dragged = false;
addEventListener("pointerdown", (event) => { dragged = event.target.matches("input[type=range]"); }, true);
addEventListener("pointerup", () => {
  if (dragged && drawControls.waiting) setTimeout(drawControls);
  dragged = drawControls.waiting = false;
}, true);

function drawControls() {
  if (dragged) { drawControls.waiting = true; return; }
  const focused = document.activeElement;
  const labels = [...dataHost.querySelectorAll("button, input, select"), ...trainingHost.querySelectorAll("select")];
  const place = labels.indexOf(focused);
  dataControls(dataHost, page.hello, page.settings, change, drawing);
  trainingControls(trainingHost, page.hello, page.settings, change);
  // The control that was used keeps the keyboard.
  if (place >= 0) [...dataHost.querySelectorAll("button, input, select"), ...trainingHost.querySelectorAll("select")][place]?.focus();
}

function targetName() {
  const { of, classes, settings } = page.problem;
  if (of === "regression") return settings.target || (settings.problem === "table" ? page.hello.table.targets[0] : "amount");
  return classes[1];
}

function axes() {
  const { names, axes: given } = page.problem;
  return names.map((_, place) => given?.[place] ?? [0, 0]);
}

function mapNames() {
  return page.problem.names.length === 2 ? page.problem.names : ["component 1", "component 2"];
}

function drawLegend() {
  const { of, classes, span, baseline } = page.problem;
  const mark = (kind, text) => h("span", { class: "mark" }, h("i", { class: kind }), text);
  const ends = of === "regression" ? [number(span[0], 2), number(span[1], 2)] : classes;
  const [across, up] = mapNames();
  put(legend, h("div", { class: "row" }, mark("dot low", ends[0]), mark("dot high", ends[1]), mark("dot ring", "validation rows")),
    h("div", { class: "row" }, of === "binary" && mark("line ink", "boundary"), baseline.line && mark("line dashed", baseline.name)),
    h("div", {}, `Across: ${across}. Upwards: ${up}. Press a point to take its training step apart.`));
}

function showFigures(row) {
  const { of, baseline } = page.problem;
  figures.loss.textContent = row ? number(row[1], 3) : "–";
  figures.held.textContent = row ? number(row[2], 3) : "–";
  figures.accuracy.parentElement.hidden = of === "regression";
  figures.accuracy.textContent = row ? percent(row[4]) : "–";
  figures.beat.previousElementSibling.textContent = baseline.name;
  figures.beat.textContent = of === "regression" ? number(baseline.test, 3) : percent(baseline.accuracy);
}

function paintMap() {
  if (!page.last) return;
  if (page.preview && net.sides) map.show(net.pictureOf(page.preview), net.sides[1], true);
  else map.show(page.last.answer, page.last.message.sides[0]);
}

let drawn = 0;
function drawChart() {
  // Its arrays are made anew each time, so not with every picture.
  const now = performance.now();
  clearTimeout(drawChart.later);
  if (now - drawn < 150) { drawChart.later = setTimeout(drawChart, 160); return; }
  drawn = now;
  const { epoch, loss, held } = page.curve;
  const { baseline } = page.problem;
  const ends = epoch.length ? [epoch[0], Math.max(epoch.at(-1), epoch[0] + 1)] : [];
  chart.set([
    { name: "training loss", x: epoch, y: loss, colour: 6, dash: 0 },
    { name: "validation loss", x: epoch, y: held, colour: 2, dash: 0, wide: true },
    { name: `${baseline.name}, validation`, x: ends, y: ends.map(() => baseline.test), colour: 7, dash: 1 },
  ]);
}

let said = 0;
function now_and_then() {
  if (performance.now() - said < 2000) return;
  said = performance.now();
  net.describe();
  const { answer, message } = page.last;
  const right = figures.accuracy.textContent;
  map.describe(page.problem.of === "binary"
    ? `After ${message.epoch} epochs ${page.problem.classes[1]} covers ${shareOf(answer)} of it; ${right} of the validation rows are right.`
    : `After ${message.epoch} epochs the validation loss is ${figures.held.textContent}.`);
}

function showCode({ text, by_hand: byHand }) {
  const box = h("dialog", { class: "code", "aria-label": "The code" },
    h("div", { class: "stack" }, h("h2", {}, "This network as a Keras program"),
      h("p", { class: "small muted" }, byHand
        ? "It trains with the present settings from the beginning. You changed settings or weights while the network learned, so its figures will differ from those on the page."
        : "It makes the same data, the same first weights and the same random numbers, so it gives the figures on the page (after hundreds of epochs, rounding alone can tell them apart)."),
      h("pre", { tabindex: "0" }, text),
      h("div", { class: "row end" },
        h("button", { class: "button", type: "button", onclick: async () => {
          try { await navigator.clipboard.writeText(text); toast("Copied."); } catch { toast("The browser does not allow to copy: select the text.", "bad"); }
        } }, "Copy"),
        h("button", { class: "button primary", type: "button", onclick: () => box.close() }, "Close"))));
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
}

addEventListener("kerata-theme", framed(() => { colours(); paintMap(); }));
// For the tests: how many pictures were drawn, and what is known.
window.playground = page;
