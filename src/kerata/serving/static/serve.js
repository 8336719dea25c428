// A page for each run that is served: a form made from its columns, and the answer as it changes.
import { $, debounced, h, number, percent, put, wide } from "/web/dom.js";

const root = h("main", { class: "serve" });
document.body.append(root);
// A server with a token leads here with #token=...; it is sent, never shown.
const token = new URLSearchParams(location.hash.slice(1)).get("token");

async function ask(address, options = {}) {
  const headers = { ...options.headers };
  if (token) headers.authorization = `Bearer ${token}`;
  let response;
  try {
    response = await fetch(address, { ...options, headers });
  } catch {
    throw new Error("The server does not answer: is it still running?");
  }
  const said = await response.json().catch(() => ({ error: `The server answered ${response.status}.` }));
  if (!response.ok) throw Object.assign(new Error(said.error), { status: response.status });
  return said;
}

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

function pictures(run, answer) {
  const shown = h("div", {});
  const send = async (blob) => {
    const body = await ask(`/runs/${encodeURIComponent(run.name)}/predict`,
      { method: "POST", headers: { "content-type": blob.type || "image/png" }, body: blob });
    return body.answers[0];
  };
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

function rowForm(run, answer) {
  const columns = run.columns.length ? run.columns : [{ name: "text", kind: "text" }];
  const send = debounced(() => answer(async () => {
    const row = Object.fromEntries(fields.map(([name, one]) => [name, one.value()]));
    const body = await ask(`/runs/${encodeURIComponent(run.name)}/predict`,
      { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(row) });
    return body.answers[0];
  }), 120);
  const fields = columns.map((column) => [column.name, field(column, send)]);
  if (columns.some((column) => column.kind !== "text")) send();
  return h("form", { class: "fields", onsubmit: (event) => { event.preventDefault(); send(); } },
    fields.map(([, one]) => one.element));
}

function forecast(run, answer) {
  answer(async () => (await ask(`/runs/${encodeURIComponent(run.name)}/predict`,
    { method: "POST", headers: { "content-type": "application/json" }, body: "[]" })).answers);
  return h("p", { class: "muted" }, "The next steps after the rows of the training. Newer rows are sent by POST.");
}

function table(rows) {
  const names = Object.keys(rows[0] ?? {});
  return wide("Table", h("table", { class: "table" },
    h("thead", {}, h("tr", {}, names.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, rows.slice(0, 200).map((row) => h("tr", {}, names.map((name) =>
      h("td", { class: typeof row[name] === "number" ? "num" : "" }, show(row[name] ?? "–"))))))));
}

function example(run) {
  if (run.kind === "images") return `curl --data-binary @picture.png -H 'content-type: image/png' ${location.origin}/runs/${run.name}/predict`;
  if (run.kind === "forecast") return `curl -d '[]' ${location.origin}/runs/${run.name}/predict`;
  const columns = run.columns.length ? run.columns : [{ name: "text", kind: "text", example: "..." }];
  const row = Object.fromEntries(columns.map((c) => [c.name, c.kind === "number" && c.example !== null && !Number.isNaN(Number(c.example)) ? Number(c.example) : c.example ?? null]));
  return `curl ${location.origin}/runs/${run.name}/predict \\\n  -d '${JSON.stringify(row).replaceAll("'", "'\\''")}'`;
}

let turn = 0;
function open(run, runs) {
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
    onchange: (event) => open(runs[event.target.selectedIndex], runs) },
    runs.map((one) => h("option", { selected: one === run }, one.name)));
  put(root,
    h("header", {}, h("h1", {}, run.name), chooser,
      h("button", { class: "button quiet small", type: "button", data: { toggle: "theme" } }, "Light or dark")),
    h("p", { class: "muted" }, `${run.kind === "forecast" ? "Forecasts" : "Predicts"} ${run.target}. ${run.created ? `Trained ${run.created.slice(0, 10)}.` : ""}`),
    h("div", { class: "parts" },
      h("section", { class: "card", "aria-label": "New row" }, (forms[run.kind] ?? rowForm)(run, answer)),
      h("section", { class: "card answer", "aria-label": "Answer" }, target)),
    h("details", { class: "card" }, h("summary", {}, "From a program"),
      h("pre", { class: "mono", tabindex: "0" }, example(run)),
      h("p", { class: "muted small" }, "A list of rows gets a list of answers; text/csv works too. ",
        h("a", { href: "/openapi.json" }, "openapi.json"), " has every field."))
  );
}

async function start() {
  try {
    const { runs } = await ask("/runs");
    open(runs[0], runs);
  } catch (error) {
    const said = error.status === 401
      ? "This server asks for a token: open the page with #token=... behind its address."
      : error.message;
    put(root, h("h1", {}, "Kerata"), h("p", { class: "notice" }, said));
  }
}
start();
