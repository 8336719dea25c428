// The list of runs. Of ten thousand only those in sight are elements.

import { debounced, framed, h, post, put, s } from "/web/dom.js";
import { sparkline } from "/web/chart.js";
import { fields, matching, sorted } from "./find.js";

const HEIGHT = 64;
const AROUND = 6;

export class RunList {
  constructor(host, store) {
    this.store = store;
    this.shown = [];
    this.active = 0;
    this.rows = new Map();
    this.sparks = new Map();
    this.query = h("input", { class: "input", type: "search", placeholder: "Search, or accuracy>0.9",
      "aria-label": "Search runs", autocomplete: "off", spellcheck: "false", oninput: () => this.show() });
    this.state = h("select", { class: "select", "aria-label": "State", onchange: () => this.show() },
      [["", "All states"], ["training", "Training"], ["done", "Done"], ["finished", "Finished, no run"], ["stopped", "Stopped"], ["not judged", "Not judged"], ["damaged", "Damaged"], ["events", "TensorBoard"]]
        .map(([value, title]) => h("option", { value }, title)));
    this.sort = h("select", { class: "select", "aria-label": "Sort by", onchange: () => this.show() });
    this.count = h("span", { "aria-live": "polite" });
    this.compare = h("button", { class: "button quiet small", type: "button", hidden: true,
      onclick: () => this.store.go({ run: this.store.comparable[0], tab: "compare" }) }, "");
    this.floor = h("div", { class: "floor" });
    this.box = h("div", { class: "runs", role: "listbox", tabindex: "0", "aria-label": "Runs", "aria-multiselectable": "true" }, this.floor);
    host.append(
      h("div", { class: "finder" }, this.query, h("div", { class: "pair" }, this.state, this.sort)),
      h("div", { class: "count" }, this.count, this.compare), this.box);
    this.paint = framed(() => this.draw());
    this.fetch = debounced(() => this.fetchSparks(), 90);
    this.box.addEventListener("scroll", this.paint, { passive: true });
    this.box.addEventListener("keydown", (press) => this.press(press));
    new ResizeObserver(this.paint).observe(this.box);
    this.choices = "";
  }

  /** Find, sort and draw anew. */
  show() {
    // A run that is kept and not judged yet shows as its training.
    const { busy } = this.store;
    const runs = [...this.store.runs.values()].filter((run) => run.live || !busy.has(run.name));
    this.offer(runs);
    const found = sorted(matching(runs, this.query.value, this.state.value), this.sort.value || "made");
    // What is being trained stands above all.
    this.shown = [...found.filter((run) => run.state === "training"), ...found.filter((run) => run.state !== "training")];
    this.active = Math.min(this.active, Math.max(0, this.shown.length - 1));
    const all = runs.length.toLocaleString("en-US");
    const reading = this.store.complete ? "" : ", reading the folder …";
    this.count.textContent = (this.shown.length === runs.length ? `${all} ${runs.length === 1 ? "run" : "runs"}` :
      `${this.shown.length.toLocaleString("en-US")} of ${all} runs`) + reading;
    const marked = this.store.comparable.length;
    this.compare.hidden = marked < 2;
    this.compare.textContent = `Compare ${marked}`;
    this.draw();
  }

  offer(runs) {
    const names = fields(runs);
    const key = names.join(" ");
    if (key === this.choices && this.sort.options.length) return;
    this.choices = key;
    const chosen = this.sort.value || "made";
    const titles = [["made", "Newest first"], ["best", "Best first"], ["name", "By name"], ["epochs", "Most epochs"],
      ["parameters", "Most parameters"], ["seconds", "Longest"], ...names.map((name) => [name, `Highest ${name.replaceAll("_", " ")}`])];
    put(this.sort, titles.map(([value, title]) => h("option", { value }, title)));
    this.sort.value = titles.some(([value]) => value === chosen) ? chosen : "made";
  }

  draw() {
    const { scrollTop, clientHeight } = this.box;
    this.floor.style.height = `${this.shown.length * HEIGHT}px`;
    const first = Math.max(0, Math.floor(scrollTop / HEIGHT) - AROUND);
    const last = Math.min(this.shown.length, Math.ceil((scrollTop + clientHeight) / HEIGHT) + AROUND);
    const seen = new Set();
    for (let place = first; place < last; place += 1) {
      const run = this.shown[place];
      seen.add(run.name);
      let row = this.rows.get(run.name);
      if (!row || row.run !== run) {
        const fresh = this.row(run);
        // A row that is pressed or read must not go away under the pointer at each epoch.
        if (row) row.element.replaceWith(fresh.element);
        else this.floor.append(fresh.element);
        if (row) fresh.element.id = row.element.id;
        row = fresh;
        this.rows.set(run.name, row);
      }
      this.update(row, place);
    }
    for (const [name, row] of this.rows)
      if (!seen.has(name)) {
        row.element.remove();
        this.rows.delete(name);
      }
    this.box.setAttribute("aria-activedescendant", this.rows.get(this.shown[this.active]?.name)?.element.id ?? "");
    this.fetch();
  }

  row(run) {
    const path = s("path", {});
    // For the pointer; Space does it from the list, "Over others" in the open run from anywhere.
    const mark = h("span", { class: "mark", "aria-hidden": "true", title: `Lay ${run.title ?? run.name} over others`, hidden: run.state === "damaged" || Boolean(run.live),
      onclick: (press) => { press.stopPropagation(); this.store.mark(run.name); } });
    const about = run.state === "damaged" ? h("span", { class: "badge bad" }, "damaged") :
      [run.state === "training" && h("span", { class: "badge live" }, "training"), run.state === "stopped" && h("span", { class: "badge odd" }, "stopped"),
        run.state === "failed" && h("span", { class: "badge bad" }, "failed"), run.state === "finished" && h("span", { class: "badge" }, "finished"),
        run.state === "not judged" && h("span", { class: "badge odd" }, "not judged"), ` ${[run.network, run.target].filter(Boolean).join(" · ")}`];
    const element = h("div", { class: `run ${run.state === "training" ? "live" : ""}`, role: "option", id: `run-${Math.random().toString(36).slice(2)}`,
      title: run.state === "damaged" ? run.why : `${run.title ?? run.name}, made ${String(run.made).slice(0, 16).replace("T", " ")}`,
      onclick: (press) => {
        this.active = this.shown.indexOf(run);
        if (press.metaKey || press.ctrlKey) this.store.mark(run.name);
        else this.store.go({ run: run.name });
      } },
      mark,
      h("div", { class: "stack", style: { gap: "1px" } }, h("span", { class: "name cut" }, run.title ?? run.name), h("span", { class: "about cut" }, about)),
      s("svg", { viewBox: "0 0 56 24", "aria-hidden": "true" }, path),
      h("div", {}, h("div", { class: "value" }, run.shown ?? ""), h("div", { class: "ends" }, run.between ?? "")));
    return { run, element, mark, path };
  }

  update({ run, element, mark, path }, place) {
    const { store } = this;
    element.style.transform = `translateY(${place * HEIGHT}px)`;
    element.setAttribute("aria-posinset", String(place + 1));
    element.setAttribute("aria-setsize", String(this.shown.length));
    element.classList.toggle("active", place === this.active);
    if (store.open === run.name) element.setAttribute("aria-current", "true");
    else element.removeAttribute("aria-current");
    const marked = store.marked.includes(run.name);
    element.setAttribute("aria-selected", String(marked));
    mark.classList.toggle("on", marked);
    mark.style.setProperty("--colour", `var(--series-${(store.colour(run.name) % 8) + 1})`);
    const values = run.spark ?? this.sparks.get(run.name + run.made);
    if (values?.length) path.setAttribute("d", sparkline(values, 56, 24));
  }

  async fetchSparks() {
    const wanted = [...this.rows.values()].map(({ run }) => run).filter((run) => run.state !== "damaged" && !run.live && !run.spark && !this.sparks.has(run.name + run.made));
    if (!wanted.length) return;
    for (const run of wanted) this.sparks.set(run.name + run.made, null);
    try {
      const found = await post("/api/sparks", { names: wanted.map((run) => run.name) });
      for (const run of wanted) this.sparks.set(run.name + run.made, found[run.name]);
      this.paint();
    } catch {
      // One of them went away meanwhile: they are asked for again when next in sight.
      for (const run of wanted) this.sparks.delete(run.name + run.made);
    }
  }

  press(press) {
    const page = Math.max(1, Math.floor(this.box.clientHeight / HEIGHT) - 1);
    const to = { ArrowDown: this.active + 1, ArrowUp: this.active - 1, PageDown: this.active + page, PageUp: this.active - page,
      Home: 0, End: this.shown.length - 1 }[press.key];
    const run = this.shown[this.active];
    if (to !== undefined) {
      this.active = Math.min(Math.max(0, to), this.shown.length - 1);
      const top = this.active * HEIGHT;
      if (top < this.box.scrollTop) this.box.scrollTop = top;
      else if (top + HEIGHT > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = top + HEIGHT - this.box.clientHeight;
      this.draw();
    } else if (press.key === "Enter" && run) this.store.go({ run: run.name });
    else if (press.key === " " && run && !run.live && run.state !== "damaged") this.store.mark(run.name);
    else return;
    press.preventDefault();
  }
}
