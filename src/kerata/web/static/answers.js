// A form made from what a run takes, and the answer beside it as it changes. Who answers is the
// backend's: {predict(run, {row} | {picture} | {}), example(run), about}.
import { debounced, h, number, percent, put, wide } from "/web/dom.js";

const show = (value) => (typeof value === "number" ? number(value, 5) : String(value));

function shares(answer) {
  return Object.entries(answer)
    .filter(([name]) => name.startsWith("probability_"))
    .map(([name, value]) => [name.slice("probability_".length), value])
    .sort((a, b) => b[1] - a[1]);
}

function answerOf(answer, run) {
  const found = shares(answer);
  const said = Object.entries(answer).filter(([name]) => !name.startsWith("probability"));
  const [main, ...others] = said;
  return [
    h("div", { class: "figure" }, h("span", { class: "label" }, run.target),
      h("div", { class: "result" }, show(main?.[1] ?? "–"))),
    others.length > 0 && h("dl", { class: "stack" }, others.map(([name, value]) =>
      h("div", { class: "spread" }, h("dt", { class: "muted" }, name.replaceAll("_", " ")), h("dd", {}, show(value))))),
    found.length > 0 && h("div", { class: "shares", role: "list", "aria-label": "Probabilities" },
      found.slice(0, 12).map(([name, value], place) =>
        h("div", { class: place ? "share" : "share first", role: "listitem" },
          h("span", { class: "name", title: name }, name),
          h("span", { class: "bar", "aria-hidden": "true" }, h("span", { style: { width: `${100 * value}%` } })),
          h("span", { class: "value" }, percent(value))))),
    found.length > 12 && h("p", { class: "muted small" }, `${found.length - 12} more classes are less likely.`),
  ];
}

function field(column, changed) {
  const id = `c-${Math.random().toString(36).slice(2)}`;
  const label = h("label", { class: "label", for: id }, column.name, column.unit ? ` (${column.unit})` : "");
  const hint = h("span", { class: "hint", id: `${id}-h` });
  const common = { id, "aria-describedby": `${id}-h`, oninput: () => { check(); changed(); } };
  let control;
  let range = "";
  if (column.kind === "number") {
    control = h("input", { class: "input", type: "text", inputmode: "decimal", value: column.example ?? "", ...common });
  } else if (column.kind === "date") {
    control = h("input", { class: "input", type: "text", value: column.example ?? "", ...common });
  } else if (column.kind === "text") {
    control = h("textarea", { class: "input", ...common });
  } else {
    const list = `${id}-l`;
    control = h("input", { class: "input", list, value: column.example ?? "", autocomplete: "off", ...common });
  }
  if (column.range) range = `${show(column.range[0])} to ${show(column.range[1])} in training`;
  const known = new Set((column.categories ?? []).map((name) => name.toLowerCase()));
  function check() {
    const text = control.value.trim();
    let off = "";
    if (text && column.kind === "number" && column.range) {
      const value = Number(text);
      const [low, high] = column.range;
      if (value < low || value > high) off = `outside ${show(low)} to ${show(high)}, which training had`;
    } else if (text && known.size && !known.has(text.toLowerCase())) off = "not among the training rows, or rare";
    hint.className = off ? "hint off" : "hint";
    put(hint, off || range || (text ? "" : "empty: missing"));
  }
  check();
  const options = control.getAttribute("list")
    ? h("datalist", { id: control.getAttribute("list") }, (column.categories ?? []).map((name) => h("option", { value: name })))
    : null;
  return {
    element: h("div", { class: column.kind === "text" ? "stack wide" : "stack" }, label, control, options, hint),
    value: () => (control.value.trim() === "" ? null : control.value),
  };
}

function pad(size, changed) {
  // Drawn as large as it is seen; the server makes it as small as the training pictures.
  const canvas = h("canvas", { class: "pad", width: 280, height: 280, role: "img", tabindex: "0",
    "aria-label": "Drawing pad: draw with a mouse or finger" });
  const pen = canvas.getContext("2d");
  const clear = () => { pen.fillStyle = "#000"; pen.fillRect(0, 0, 280, 280); };
  clear();
  Object.assign(pen, { strokeStyle: "#fff", lineWidth: Math.round((280 / size[1]) * 2.2), lineCap: "round", lineJoin: "round" });
  let last = null;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * 280) / box.width, ((event.clientY - box.top) * 280) / box.height];
  };
  canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); last = at(event); });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    const next = at(event);
    pen.beginPath();
    pen.moveTo(...last);
    pen.lineTo(...next);
    pen.stroke();
    last = next;
    changed();
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { last = null; changed(); });
  const small = h("canvas", { width: size[1], height: size[0] });
  const blob = () => new Promise((done) => {
    const into = small.getContext("2d");
    into.imageSmoothingQuality = "high";
    into.drawImage(canvas, 0, 0, size[1], size[0]);
    small.toBlob(done, "image/png");
  });
  return { element: h("div", { class: "stack" }, canvas,
    h("button", { class: "button small", type: "button", onclick: () => { clear(); changed(); } }, "Clear")), blob };
}

function pictures(run, answer, backend) {
  const shown = h("div", {});
  const send = (picture) => backend.predict(run, { picture });
  const one = (blob, seen) => answer(async () => {
    if (seen) {
      const reader = new FileReader();
      reader.onload = () => put(shown, h("img", { class: "shown", alt: "The picture that was sent", src: reader.result }));
      reader.readAsDataURL(blob);
    }
    return send(blob);
  });
  const input = h("input", { type: "file", accept: "image/*", class: "visually-hidden", id: "picture",
    onchange: (event) => event.target.files[0] && one(event.target.files[0], true) });
  const drop = h("div", { class: "drop" }, h("p", {}, "Drop a picture here, or"),
    h("label", { class: "button", for: "picture" }, "choose a file"), input);
  drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (event.dataTransfer.files[0]) one(event.dataTransfer.files[0], true);
  });
  const parts = [drop, shown];
  if (run.image[2] === 1 && run.image[0] <= 64) {
    const drawing = pad(run.image, debounced(async () => one(await drawing.blob(), false), 150));
    parts.unshift(drawing.element);
  }
  return h("div", { class: "stack loose" }, parts);
}

function rowForm(run, answer, backend) {
  const columns = run.columns.length ? run.columns : [{ name: "text", kind: "text" }];
  const send = debounced(() => answer(async () => {
    const row = Object.fromEntries(fields.map(([name, one]) => [name, one.value()]));
    return backend.predict(run, { row });
  }), 120);
  const fields = columns.map((column) => [column.name, field(column, send)]);
  if (columns.some((column) => column.kind !== "text")) send();
  return h("form", { class: "fields", onsubmit: (event) => { event.preventDefault(); send(); } },
    fields.map(([, one]) => one.element));
}

function forecast(run, answer, backend) {
  answer(async () => backend.predict(run, {}));
  return h("p", { class: "muted" }, "The next steps after the rows of the training. Newer rows are sent by POST.");
}

function table(rows) {
  const names = Object.keys(rows[0] ?? {});
  return wide("Table", h("table", { class: "table" },
    h("thead", {}, h("tr", {}, names.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, rows.slice(0, 200).map((row) => h("tr", {}, names.map((name) =>
      h("td", { class: typeof row[name] === "number" ? "num" : "" }, show(row[name] ?? "–"))))))));
}

let turn = 0;

/** Show a run's page in an element. */
export function showRun(root, run, runs, backend) {
  document.title = `${run.name} · Kerata`;
  const target = h("div", { class: "stack loose", "aria-live": "polite" }, h("p", { class: "muted" }, "Fill in the form."));
  const answer = async (asked) => {
    const mine = ++turn;
    try {
      const found = await asked();
      if (mine !== turn) return;
      put(target, Array.isArray(found) ? table(found) : answerOf(found, run));
    } catch (error) {
      if (mine === turn) put(target, h("p", { class: "notice" }, error.message));
    }
  };
  const forms = { images: pictures, forecast };
  const chooser = runs.length > 1 && h("select", { class: "select", "aria-label": "Run",
    onchange: (event) => showRun(root, runs[event.target.selectedIndex], runs, backend) },
    runs.map((one) => h("option", { selected: one === run }, one.name)));
  put(root,
    h("header", {}, h("h1", {}, run.name), chooser,
      h("button", { class: "button quiet small", type: "button", data: { toggle: "theme" } }, "Light or dark")),
    h("p", { class: "muted" }, `${run.kind === "forecast" ? "Forecasts" : "Predicts"} ${run.target}. ${run.created ? `Trained ${run.created.slice(0, 10)}.` : ""}`),
    h("div", { class: "parts" },
      h("section", { class: "card", "aria-label": "New row" }, (forms[run.kind] ?? rowForm)(run, answer, backend)),
      h("section", { class: "card answer", "aria-label": "Answer" }, target)),
    backend.about(run)
  );
}

