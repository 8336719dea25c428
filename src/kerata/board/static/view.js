// The run that is open: its curves, its verdict, and tabs with what stands behind them.

import { ask, duration, get, h, plural, post, put, tabs, toast } from "/web/dom.js";
import { Curves } from "./curves.js";
import { columnsTab } from "./columns.js";
import { compareTab } from "./compare.js";
import { searchTab } from "./search.js";
import { Start } from "./start.js";
import { isEvents } from "./store.js";
import { Training } from "./training.js";
import { tryTab } from "./try.js";
import { mistakesTab } from "./mistakes.js";
import { networkTab } from "./network.js";
import { aboutTab, findings, verdictTab } from "./verdict.js";

export const at = (name, more = "") => `/api/run/${encodeURIComponent(name)}${more}`;

export class RunView {
  constructor(host, store) {
    this.host = host;
    this.store = store;
    this.histories = new Map();
    this.reset();
  }

  reset() {
    this.curves?.destroy();
    this.training?.destroy();
    this.starting?.destroy();
    this.training = null;
    this.starting = null;
    this.curves = null;
    this.tabs = null;
    this.name = undefined;
    this.details = null;
    this.eventFacts = null;
    this.over = null;
  }

  /** The server told that some runs have changed or are gone. */
  changed(names) {
    for (const name of names) this.histories.delete(name);
    if (!this.name) {
      if (this.name === null) this.showNothing();
      return;
    }
    if (names.has(this.name)) {
      if (this.training && this.store.live.has(this.name)) this.training.update(this.store.live.get(this.name));
      else if (this.training) this.waiting();
      else if (this.store.events.has(this.name)) this.showEvents();
      else if (this.store.runs.has(this.name)) this.load(this.name);
      else this.gone();
    } else if (this.store.marked.some((name) => names.has(name))) this.draw();
  }

  async show() {
    const { open, page } = this.store;
    if (page === "train") {
      if (!this.starting) {
        this.reset();
        this.name = undefined;
        this.starting = new Start(this.host, this.store, this.backButton());
      }
      return;
    }
    if (this.starting) this.reset();
    if (!open) {
      if (this.name !== null || this.host.childElementCount === 0) this.reset();
      this.name = null;
      this.showNothing();
      return;
    }
    if (this.name !== open) {
      this.reset();
      this.name = open;
      const training = this.store.live.get(open);
      if (training) {
        this.training = new Training(this.host, this.store, training, this.backButton());
      } else if (this.store.events.has(open)) this.showEvents();
      // Event files are told by the stream, which begins after an address is opened.
      else if (isEvents(open)) put(this.host, h("div", { class: "empty" }, h("p", {}, "Reading TensorBoard's event files ...")));
      else if (open.includes("~") && !this.store.runs.has(open)) this.waiting();
      else await this.load(open);
      this.host.scrollTop = 0;
    } else {
      if (this.tabs && (this.tabs.chosen !== this.store.tab || this.row !== this.store.row)) this.tabs.choose(this.store.tab, true);
      else if (this.store.tab === "compare") this.tabs?.choose("compare", true);
      this.row = this.store.row;
      this.draw();
    }
  }

  showNothing() {
    const { runs, marked } = this.store;
    if (marked.length) {
      if (!this.curves) {
        const body = h("div", { class: "width" }, h("h1", {}, "Runs over each other"));
        put(this.host, body);
        this.curves = new Curves(body);
        body.append(h("p", { class: "muted small" }, "Open one to see what it is worth; the box in front of a run takes it away again."));
      }
      this.draw();
      return;
    }
    this.curves?.destroy();
    this.curves = null;
    put(this.host, h("div", { class: "empty" },
      runs.size ? [h("h2", {}, "Choose a run"), h("p", {}, "Press one on the left to see what it is worth. The boxes lay several over each other.")]
        : [h("h2", {}, "No runs here yet"), h("p", {}, "They appear as they are trained:"), h("pre", {}, "kerata train FILE.csv --target COLUMN"), h("a", { class: "button primary", href: "#view=train" }, "Train a network")]));
  }

  /** Curves of TensorBoard's event files, which are only read. */
  showEvents() {
    const { title, curves, steps, made, why } = this.store.runs.get(this.name);
    const facts = [plural(curves, "curve"), steps && `up to step ${steps.toLocaleString("en-US")}`, made && `begun ${made.slice(0, 16).replace("T", " ")} UTC`, "TensorBoard's event files, which are only read"];
    if (!this.eventFacts) {
      this.eventFacts = h("p", { class: "muted small" });
      this.eventNotes = h("div", { class: "stack", "aria-live": "polite" });
      const left = h("div");
      put(this.host, h("div", { class: "width" },
        h("div", { class: "stack" }, this.backButton(), h("h1", {}, title), this.eventFacts, this.eventNotes), left));
      this.curves = new Curves(left);
    }
    this.eventFacts.textContent = facts.filter(Boolean).join(" · ");
    put(this.eventNotes, why.map((text) => h("div", { class: "notice odd" }, text)));
    this.draw();
  }

  /** A training is over, and its run not there yet. */
  waiting() {
    if (this.store.runs.has(this.store.follow)) return;
    const name = this.name;
    this.reset();
    this.name = name;
    put(this.host, h("div", { class: "empty" }, h("h2", {}, "This training has ended"),
      h("p", {}, "If its run was kept, it is in the list."), this.backButton()));
  }

  gone() {
    this.reset();
    this.name = this.store.open;
    put(this.host, h("div", { class: "empty" }, h("h2", {}, "This run is gone"),
      h("p", {}, `The folder of ${this.store.open} was moved or deleted.`), this.backButton()));
  }

  backButton() {
    return h("button", { class: "button quiet small back", type: "button", onclick: () => this.store.go({ run: null }) }, "← Runs");
  }

  async load(name) {
    let details;
    try {
      details = await get(at(name));
    } catch (error) {
      if (this.name !== name) return;
      this.reset();
      this.name = name;
      put(this.host, h("div", { class: "width" }, this.backButton(), h("h1", {}, name),
        h("div", { class: "notice bad" }, error.message),
        this.store.runs.has(name) && h("div", { class: "row" }, this.deleteButton(name))));
      return;
    }
    if (this.name !== name) return;
    this.details = details;
    this.row = this.store.row;
    this.frame(details);
    this.draw();
  }

  frame(details) {
    const again = this.curves;
    if (again) again.destroy();
    const { name } = details;
    const left = h("div", { class: "stack loose" });
    const facts = [details.network, plural(details.epochs ?? 0, "epoch"), details.parameters !== null && `${details.parameters.toLocaleString("en-US")} parameters`,
      duration(Object.values(details.seconds).reduce((a, b) => a + (b ?? 0), 0)), details.source && `from ${details.source}`,
      String(details.made).slice(0, 16).replace("T", " ")].filter(Boolean);
    const body = h("div", { class: "width" },
      h("div", { class: "stack" }, this.backButton(),
        h("div", { class: "spread" },
          h("h1", {}, name),
          h("div", { class: "row" },
            this.overButton(name),
            details.report && h("a", { class: "button small", href: `/report/${encodeURIComponent(name)}`, target: "_blank", rel: "noopener" }, "Report"),
            h("button", { class: "button small", type: "button", title: "The same training once more gives the same result", onclick: (press) => this.again(name, press.target) }, "Rerun"),
            h("button", { class: "button small", type: "button", onclick: () => this.rename(name) }, "Rename"),
            this.deleteButton(name))),
        h("p", { class: "muted small" }, facts.join(" · "))),
      h("div", { class: "two" }, left,
        h("aside", { class: "stack loose", "aria-label": "Verdict" },
          h("div", { class: "figures" }, details.figures.slice(0, 1).map((one) =>
            h("div", { class: "figure" }, h("span", {}, `${one.name} of ${details.target}`), h("b", { class: "large" }, one.shown), h("span", {}, one.between && `95% interval ${one.between}`)))),
          h("p", {}, details.verdict ? details.verdict.quality : "It is not judged: training was ended before that."),
          findings(details, this.store))));
    put(this.host, body);
    this.curves = new Curves(left);
    this.tabs = tabs([
      ["verdict", "Verdict", (panel) => verdictTab(panel, details)],
      ["mistakes", details.kind === "regression" || details.kind === "forecast" ? "Errors" : "Mistakes", (panel) => mistakesTab(panel, details, this.store)],
      ["try", "Try rows", (panel) => tryTab(panel, details, this.store)],
      ["columns", "Columns", (panel) => columnsTab(panel, details)],
      ["network", "Network", (panel) => networkTab(panel, details)],
      ["compare", "Compare", (panel) => compareTab(panel, details, this.store)],
      ...(details.search ? [["search", "Search", (panel) => searchTab(panel, details)]] : []),
      ["about", "About", (panel) => aboutTab(panel, details)],
    ], { label: "What stands behind it", chosen: this.store.tab, changed: (tab) => this.store.go({ tab, row: null }) });
    body.append(this.tabs.element);
  }

  async draw() {
    const { curves, store } = this;
    this.over?.();
    if (!curves) return;
    const names = [...new Set([this.name, ...store.marked].filter((name) => name && store.runs.has(name)))];
    const missing = names.filter((name) => !this.histories.has(name));
    if (missing.length) {
      try {
        const found = await post("/api/histories", { names: missing });
        for (const name of missing) this.histories.set(name, found[name]);
      } catch (error) {
        toast(error.message, "bad");
      }
      if (this.curves !== curves) return;
    }
    const runs = names.filter((name) => this.histories.get(name)?.history).map((name) => ({
      ...this.histories.get(name), name: this.store.runs.get(name).title ?? name, open: name === this.name,
      colour: store.marked.includes(name) ? store.colour(name) : store.marked.length,
    }));
    curves.set(runs);
  }

  /** Lays the run over others, as its box in the list does. */
  overButton(name) {
    const button = h("button", { class: "button small", type: "button", title: "Its curves stay when another run is opened", onclick: () => this.store.mark(name) }, "Over others");
    this.over = () => button.setAttribute("aria-pressed", String(this.store.marked.includes(name)));
    this.over();
    return button;
  }

  deleteButton(name) {
    return h("button", { class: "button small danger", type: "button", onclick: () => this.discard(name) }, "Delete");
  }

  async discard(name) {
    const yes = await ask(`Delete ${name}?`, h("p", {}, "It goes to the bin of the folder of runs (.bin), from which it can come back."), { yes: "Delete", kind: "danger" });
    if (!yes) return;
    try {
      const { kept } = await post("/api/discard", { names: [name] });
      this.store.go({ run: null, marked: this.store.marked.filter((one) => one !== name) });
      toast(h("div", { class: "spread" }, h("span", {}, `${name} is in the bin.`),
        h("button", { class: "button small", type: "button", onclick: async (press) => {
          press.target.disabled = true;
          try {
            const { names } = await post("/api/restore", { kept });
            this.store.go({ run: names[0] });
          } catch (error) {
            toast(error.message, "bad");
          }
        } }, "Undo")));
    } catch (error) {
      toast(error.message, "bad");
    }
  }

  async again(name, button) {
    button.disabled = true;
    try {
      const job = await post("/api/again", { name });
      this.store.awaited.add(job.name);
      toast(`Starting ${job.name} …`);
    } catch (error) {
      toast(error.message, "bad");
      button.disabled = false;
    }
  }

  async rename(name) {
    const field = h("input", { class: "input", value: name, "aria-label": "Name", autofocus: true });
    if (!(await ask("Rename", h("label", { class: "field" }, h("span", {}, "New name"), field), { yes: "Rename" }))) return;
    if (field.value.trim() === name) return;
    try {
      const { name: now } = await post("/api/rename", { name, to: field.value });
      this.store.go({ run: now, marked: this.store.marked.map((one) => (one === name ? now : one)) });
    } catch (error) {
      toast(error.message, "bad");
    }
  }
}
