// New rows: a form of the run's columns, the answer as one types or slides, and what it hangs on.

import { Chart } from "/web/chart.js";
import { debounced, get, h, number, percent, post, put } from "/web/dom.js";

export async function tryTab(panel, details, store) {
  const place = h("div", { class: "stack loose" }, h("p", { class: "muted" }, "Opening the network …"));
  panel.append(place);
  const address = `/api/run/${encodeURIComponent(details.name)}`;
  let form;
  let row = null;
  let note = "";
  try {
    form = await get(`${address}/form`);
    if (store.row) {
      try {
        ({ row } = await get(`${address}/row?row=${encodeURIComponent(store.row)}`));
        note = `Row ${store.row} of its data${row[form.target] ? `, where ${form.target} is ${row[form.target]}` : ""}.`;
      } catch (error) {
        note = error.message;
      }
    }
  } catch (error) {
    put(place, h("div", { class: "notice bad" }, error.message));
    return;
  }
  new Trying(place, address, form, row, note);
}

class Trying {
  constructor(place, address, form, row, note) {
    this.address = address;
    this.form = form;
    this.row = row ?? Object.fromEntries(form.fields.map((one) => [one.name, one.typical]));
    this.asked = 0;
    this.column = form.fields.find((one) => "low" in one || "values" in one)?.name;
    this.answer = h("div", { class: "stack answer", "aria-live": "polite" });
    this.why = h("div", { class: "stack" });
    this.curve = h("div", { class: "stack" });
    this.rows = h("div", { class: "form-rows" }, form.fields.map((one) => this.field(one)));
    put(place, h("p", { class: "muted small" }, note || "Typical values stand in the fields; change them and the answer follows. An empty field is a missing value."),
      h("div", { class: "trying" }, this.answer, this.rows, h("div", { class: "stack loose hangs" }, this.why, this.curve)));
    this.soon = debounced(() => this.ask(), 40);
    this.later = debounced(() => this.explain(), 220);
    this.changed();
  }

  field(one) {
    const value = this.row[one.name] ?? "";
    const known = new Set(one.values ?? []);
    const take = (text, from) => {
      this.row[one.name] = text;
      if (slider && from !== slider) slider.value = position(one, text);
      if (input !== from) input.value = text;
      this.column = one.name;
      this.changed();
    };
    let slider = null;
    let input;
    if (one.values && one.values.length <= 60) {
      const given = value.toLowerCase();
      input = h("select", { class: "select", onchange: (e) => take(e.target.value, e.target) },
        h("option", { value: "" }, "missing"), one.values.map((word) => h("option", { value: word, selected: word === given }, word)),
        value && !known.has(given) && h("option", { value, selected: true }, value));
    } else if (one.kind === "text") {
      input = h("textarea", { class: "input", rows: 4, oninput: (e) => take(e.target.value, e.target) }, value);
    } else {
      input = h("input", { class: "input", value, inputmode: one.kind === "number" ? "decimal" : "text", oninput: (e) => take(e.target.value, e.target) });
      if ("low" in one) slider = h("input", { class: "slider", type: "range", min: 0, max: 1000, value: position(one, value), "aria-label": `${one.name}, slider`,
        oninput: (e) => take(written(one, e.target.value / 1000), e.target) });
    }
    return h("label", { class: "field" }, h("span", {}, one.name, one.unit && ` (${one.unit})`, "low" in one && one.kind === "number" && h("span", {}, ` · ${number(one.low)} to ${number(one.high)}`)), input, slider);
  }

  changed() {
    this.soon();
    this.later();
  }

  async ask() {
    const turn = ++this.asked;
    try {
      const { answers: [found], notes } = await post(`${this.address}/answer`, { rows: [this.row] });
      if (turn !== this.asked) return;
      put(this.answer, shown(found, this.form), notes.map((line) => h("p", { class: "label" }, line)));
    } catch (error) {
      if (turn === this.asked) put(this.answer, h("div", { class: "notice odd" }, error.message));
    }
  }

  async explain() {
    if (this.form.kind !== "table" || !this.column) return;
    const turn = this.asked;
    const { column } = this;
    try {
      const [hangs, line] = await Promise.all([post(`${this.address}/why`, { row: this.row }), post(`${this.address}/sweep`, { row: this.row, column })]);
      if (turn !== this.asked) return;
      this.showWhy(hangs);
      this.showSweep(line, column);
    } catch {
      // The answer says already what does not fit.
    }
  }

  showWhy({ what, effects }) {
    const amounts = this.form.task === "regression";
    const most = Math.max(...effects.map((one) => Math.abs(one.effect)), 1e-12);
    const some = effects.slice(0, 8);
    put(this.why, h("h3", {}, "What it hangs on"),
      h("p", { class: "label" }, `By how much ${amounts ? what : `the ${what}`} would be ${amounts ? "lower" : "lower, in points,"} if one column had its typical value.`),
      h("div", { class: "effects" }, some.map((one) => [
        h("span", { class: "cut", title: `${one.name}: ${one.value}; typical: ${one.typical}` }, one.name, h("span", { class: "muted" }, ` ${one.value}`)),
        h("span", { class: "diverging" }, h("i", { class: one.effect < 0 ? "down" : "up", style: { width: `${(50 * Math.abs(one.effect)) / most}%` } })),
        h("span", { class: "num" }, `${one.effect > 0 ? "+" : ""}${amounts ? number(one.effect, 3) : number(100 * one.effect, 2)}`)])));
  }

  showSweep({ x, y, now, what }, column) {
    const one = this.form.fields.find((field) => field.name === column);
    const amounts = this.form.task === "regression";
    const format = amounts ? number : (value) => percent(value);
    put(this.curve, h("h3", {}, `If only ${column} changed`));
    if (one.values) {
      const [low, high] = amounts ? [Math.min(...y, 0), Math.max(...y)] : [0, 1];
      this.chart?.destroy();
      this.chart = null;
      this.curve.append(h("div", { class: "effects" }, x.map((word, place) => [
        h("span", { class: `cut ${word === String(this.row[column]).toLowerCase() ? "" : "muted"}` }, word),
        h("span", { class: "bar" }, h("i", { style: { width: `${(100 * (y[place] - low)) / (high - low || 1)}%` } })),
        h("span", { class: "num" }, format(y[place]))])), h("p", { class: "label" }, what));
      return;
    }
    this.chart?.destroy();
    const host = h("div");
    this.curve.append(host);
    const at = position(one, this.row[column]) / 1000;
    const dates = one.kind === "date";
    this.chart = new Chart(host, { label: what, xTitle: dates ? "days since 1970" : column, height: 190, format, whole: dates || one.whole });
    this.chart.set([{ name: what, x, y, best: at >= 0 && at <= 1 ? one.low + at * (one.high - one.low) : undefined }]);
    this.curve.append(h("p", { class: "label" }, `${what}: ${format(now)} now`));
  }
}

function shown(found, form) {
  const chances = Object.entries(found).filter(([name]) => name.startsWith("probability_")).map(([name, value]) => [name.slice(12), value]).sort((a, b) => b[1] - a[1]);
  const answers = Object.entries(found).filter(([name]) => name.startsWith("prediction"));
  const text = (value) => (typeof value === "number" ? number(value, 5) : value || "none");
  return [
    h("div", { class: "figures" }, answers.map(([name, value]) => h("div", { class: "figure" }, h("span", {}, name === "prediction" ? form.target : name.slice(11)), h("b", { class: "large" }, text(value))))),
    chances.length > 0 && h("div", { class: "effects" }, chances.slice(0, 8).map(([name, value]) => [h("span", { class: "cut" }, name),
      h("span", { class: "bar" }, h("i", { style: { width: `${100 * value}%` } })), h("span", { class: "num" }, percent(value))])),
  ];
}

/** Where a value lies between the ends, of 1,000; dates by their days. */
function position(one, text) {
  const value = one.kind === "date" ? days(one, text) : Number(String(text).replace(",", "."));
  if (!Number.isFinite(value)) return 500;
  return Math.round((1000 * (value - one.low)) / (one.high - one.low || 1));
}

function written(one, share) {
  const value = one.low + share * (one.high - one.low);
  if (one.kind === "date") {
    const day = new Date(Math.round(value) * 86400000);
    const pad = (n) => String(n).padStart(2, "0");
    if (one.form === "ISO8601") return day.toISOString().slice(0, 10);
    const parts = { "%Y": day.getUTCFullYear(), "%m": pad(day.getUTCMonth() + 1), "%d": pad(day.getUTCDate()), "%y": pad(day.getUTCFullYear() % 100), "%H": "00", "%M": "00", "%S": "00" };
    return one.form.replace(/%[YmdyHMS]/g, (part) => parts[part]);
  }
  const text = one.whole ? String(Math.round(value)) : String(Number(value.toPrecision(4)));
  return one.comma ? text.replace(".", ",") : text;
}

function days(one, text) {
  if (one.form === "ISO8601") return Date.parse(`${String(text).slice(0, 10)}T00:00:00Z`) / 86400000;
  const order = [...one.form.matchAll(/%([YmdyHMS])/g)].map((match) => match[1]);
  const pieces = String(text).match(/\d+/g) ?? [];
  const found = Object.fromEntries(order.map((name, place) => [name, Number(pieces[place])]));
  return Date.UTC(found.Y ?? 2000 + found.y, (found.m ?? 1) - 1, found.d ?? 1) / 86400000;
}
