// Train: choose a file, see what its columns are, change that, choose the target, start.

import { debounced, get, h, post, put, toast, wide } from "/web/dom.js";

const KINDS = ["number", "category", "date", "text", "drop"];

export class Start {
  constructor(host, store, back) {
    this.store = store;
    this.kinds = {};
    this.turn = 0;
    this.place = h("div", { class: "stack loose" });
    this.source = h("input", { class: "input", list: "sources", placeholder: "pears.csv, a folder, or a data set's name", "aria-label": "File, folder or data set",
      autocomplete: "off", oninput: debounced(() => this.fresh(), 350) });
    this.list = h("datalist", { id: "sources" });
    this.file = h("input", { type: "file", class: "visually-hidden", id: "upload", onchange: () => this.upload() });
    this.here = h("p", { class: "label" });
    put(host, h("div", { class: "width narrow" }, back, h("h1", {}, "Train a network"),
      h("div", { class: "stack" }, h("label", { class: "field" }, h("span", {}, "From what it learns"), this.source), this.list,
        h("div", { class: "row" }, h("label", { class: "button small", for: "upload" }, "Upload a file"), this.file), this.here),
      this.place));
    this.load();
  }

  destroy() {
    this.turn += 1;
  }

  async load() {
    try {
      this.known = await get("/api/sources");
    } catch (error) {
      toast(error.message, "bad");
      return;
    }
    put(this.list, [...this.known.files, ...this.known.sets].map((value) => h("option", { value })));
    put(this.here, `Files are looked for in ${this.known.here}. `, this.known.files.length ? "" : "There are none that a network can learn from. ",
      this.known.files.slice(0, 8).map((name) => [h("button", { class: "button small", type: "button", onclick: () => { this.source.value = name; this.fresh(); } }, name), " "]));
  }

  async upload() {
    const [file] = this.file.files;
    if (!file) return;
    toast(`Uploading ${file.name} …`);
    try {
      const response = await fetch(`/api/upload?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file });
      const found = await response.json();
      if (!response.ok) throw new Error(found.error);
      this.source.value = found.source;
      this.fresh();
    } catch (error) {
      toast(error.message, "bad");
    }
    this.file.value = "";
  }

  /** Another source: what was said of the last one's columns is forgotten. */
  fresh() {
    this.kinds = {};
    this.target = undefined;
    this.look();
  }

  async look() {
    const source = this.source.value.trim();
    const turn = ++this.turn;
    if (!source) {
      put(this.place);
      return;
    }
    put(this.place, h("p", { class: "muted", "aria-live": "polite" }, "Reading …"));
    try {
      const found = await post("/api/preview", { source, target: this.target, columns: this.kinds });
      if (turn === this.turn) this.show(found);
    } catch (error) {
      if (turn === this.turn) put(this.place, h("div", { class: "notice odd" }, error.message),
        (this.target || Object.keys(this.kinds).length > 0) && h("div", {}, h("button", { class: "button small", type: "button", onclick: () => this.fresh() }, "Begin again with this file")));
    }
  }

  show(found) {
    const table = Boolean(found.names);
    const target = Array.isArray(found.target) ? found.target[0] : found.target;
    const fitting = this.known.networks.filter((one) => one.takes.includes(table ? "table" : found.kind));
    const field = (title, input, hint) => h("label", { class: "field" }, h("span", {}, title), input, hint && h("span", { class: "label" }, hint));
    this.fields = {
      network: h("select", { class: "select" }, h("option", { value: "auto" }, "auto: by what usually does best"), fitting.map((one) => h("option", { value: one.name }, `${one.name}: ${one.what}`))),
      epochs: h("input", { class: "input", type: "number", min: 1, placeholder: "as usual" }),
      minutes: h("input", { class: "input", type: "number", min: 0.1, step: "any", placeholder: "no limit" }),
      seed: h("input", { class: "input", type: "number", min: 0, value: 0 }),
      folds: h("input", { class: "input", placeholder: "as usual" }),
      name: h("input", { class: "input", placeholder: "after the file" }),
    };
    this.found = found;
    put(this.place,
      table && h("div", { class: "stack" }, field("Which column it is to predict", h("select", { class: "select", onchange: (e) => { this.target = e.target.value || undefined; this.look(); } },
        h("option", { value: "" }, "choose …"), found.names.map((name) => h("option", { value: name, selected: name === target }, name))))),
      found.why && h("p", {}, found.why), found.split && h("div", { class: "notice" }, found.split),
      found.rows && h("p", { class: "muted small" }, `${found.rows.train.toLocaleString("en-US")} training rows, ${found.rows.validation.toLocaleString("en-US")} validation rows, ${found.rows.test.toLocaleString("en-US")} test rows.`),
      table && h("div", { class: "stack" }, h("h2", {}, "Columns"), this.columns(found.columns, target)),
      found.notes.length > 0 && h("ul", { class: "small muted" }, found.notes.map((line) => h("li", {}, line))),
      (target || !table) && h("div", { class: "stack" }, h("h2", {}, "Training"),
        h("div", { class: "form-grid" }, field("Network", this.fields.network), field("Name of the run", this.fields.name), field("At most so many epochs", this.fields.epochs),
          field("At most so many minutes", this.fields.minutes), field("Seed", this.fields.seed, "same seed, same result"), field("Folds", this.fields.folds, "1 holds test rows out once, 5 is a cross-validation")),
        h("div", { class: "row" }, h("button", { class: "button primary", type: "button", onclick: (press) => this.start(press.target) }, "Start training"))));
  }

  columns(columns, target) {
    return wide("Columns", h("table", { class: "table" },
      h("thead", {}, h("tr", {}, ["column", "is", "missing", "values", "because", "for example"].map((title, place) => h("th", { class: place === 2 || place === 3 ? "num" : "" }, title)))),
      h("tbody", {}, columns.map((one) => {
        const now = this.kinds[one.name] ?? "";
        const said = one.used ? one.kind : `${one.kind}, unused`;
        return h("tr", { class: one.used || one.name === target ? "" : "muted" }, h("td", {}, one.name === target ? h("b", {}, one.name) : one.name),
          h("td", {}, one.kind === "target" ? "target" : h("select", { class: "select compact", "aria-label": `Kind of ${one.name}`, onchange: (e) => {
            if (e.target.value) this.kinds[one.name] = e.target.value;
            else delete this.kinds[one.name];
            this.look();
          } }, h("option", { value: "", selected: !now }, now ? "as found" : said), KINDS.map((kind) => h("option", { value: kind, selected: kind === now }, kind === "drop" ? "leave it out" : kind)))),
          h("td", { class: "num" }, one.missing || ""), h("td", { class: "num" }, one.distinct.toLocaleString("en-US")), h("td", {}, one.why), h("td", { class: "muted" }, one.examples.join(", ")));
      }))));
  }

  async start(button) {
    const { network, epochs, minutes, seed, folds, name } = this.fields;
    button.disabled = true;
    try {
      const target = Array.isArray(this.found.target) ? this.found.target.join(",") : this.found.target;
      const job = await post("/api/train", { source: this.source.value.trim(), target: this.found.names ? target : undefined, network: network.value, epochs: epochs.value, minutes: minutes.value,
        seed: seed.value, folds: folds.value, name: name.value, columns: this.kinds });
      this.store.awaited.add(job.name);
      toast(`Starting ${job.name} … It opens when its rows are read.`);
    } catch (error) {
      toast(error.message, "bad");
    }
    button.disabled = false;
  }
}
