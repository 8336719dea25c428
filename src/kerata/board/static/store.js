// What the page knows: the runs, which one is open, which are laid over each other.

import { number } from "/web/dom.js";

export const running = (training) => training.state === "training" || training.state === "stopping";

/** What is known of a history with what is new. */
function joined(before, told) {
  const history = {};
  for (const [name, values] of Object.entries(told.history)) {
    const known = before?.[name]?.slice(0, told.from) ?? [];
    while (known.length < told.from) known.push(null);
    history[name] = known.concat(values);
  }
  return history;
}

/** A training as the list shows it. */
function summary(training) {
  const { about, history, epochs, id } = training;
  const last = (name) => history[name]?.at(-1);
  const loss = last("val_loss") ?? last("loss");
  const made = about.began ? new Date(about.began * 1000).toISOString() : "";
  const state = running(training) ? "training" : training.state;
  return { name: id, title: about.name ?? id, live: true, state, made, network: about.network ?? about.command ?? "a program", target: about.target,
    source: about.source, epochs, parameters: about.parameters, spark: training.spark, metrics: {},
    shown: about.epochs && epochs ? `${epochs} / ${about.epochs}` : epochs ? `${epochs}` : "",
    between: loss === undefined || loss === null ? training.phase : `${last("val_loss") === undefined ? "loss" : "val loss"} ${number(loss, 3)}`,
    words: `${about.name} ${about.network} ${about.target} ${about.source} ${state}`.toLowerCase() };
}

/** Whether an address names TensorBoard's event files; no run's name has a slash. */
export const isEvents = (name) => name?.startsWith("events/") ?? false;

export class Store {
  constructor() {
    this.runs = new Map();
    this.version = 0;
    this.complete = false;
    this.open = null; // A run's name.
    this.tab = "verdict";
    this.marked = []; // Names, in the order in which they got their colours.
    this.live = new Map(); // Trainings by id, each also among the runs.
    this.events = new Set(); // Names of TensorBoard's event files, each also among the runs.
    this.awaited = new Set(); // Names of trainings that this page started.
    this.onOpen = () => {};
  }

  /** Take in what the server says; gives the names that it touched. */
  merge(found) {
    const touched = new Set();
    for (const run of found.runs) {
      run.words = `${run.name} ${run.network ?? ""} ${run.target ?? ""} ${run.source ?? ""} ${run.state}`.toLowerCase();
      this.runs.set(run.name, run);
      touched.add(run.name);
    }
    for (const name of found.gone) {
      this.runs.delete(name);
      touched.add(name);
    }
    this.version = found.version;
    this.complete = found.complete;
    if (found.gone.length) this.marked = this.marked.filter((name) => this.runs.has(name));
    return touched;
  }

  /** Take in what trainings tell; gives the ids that it touched. */
  mergeLive({ live, gone }) {
    const touched = new Set(gone);
    for (const told of live) {
      const before = this.live.get(told.id);
      const further = told.further.map((one, place) => ({ ...one, history: joined(before?.further[place]?.history, one) }));
      const training = { ...told, history: joined(before?.history, told), further };
      this.live.set(told.id, training);
      this.runs.set(told.id, summary(training));
      touched.add(told.id);
    }
    for (const id of gone) {
      const training = this.live.get(id);
      this.live.delete(id);
      this.runs.delete(id);
      // Its run stands in its place.
      if (this.open === id && training) this.follow = training.about.name;
    }
    return touched;
  }

  /** Take in all event files there are; gives the names that it touched. */
  mergeEvents({ events }) {
    const touched = new Set(this.events);
    for (const name of this.events) this.runs.delete(name);
    this.events.clear();
    for (const one of events) {
      this.events.add(one.name);
      touched.add(one.name);
      this.runs.set(one.name, { ...one, metrics: {}, network: "TensorBoard", shown: "", between: one.steps ? `step ${one.steps.toLocaleString("en-US")}` : "",
        words: `${one.title} tensorboard events`.toLowerCase() });
    }
    this.marked = this.marked.filter((name) => this.runs.has(name));
    // What an address names is there now, or is not.
    if (isEvents(this.open)) touched.add(this.open);
    return touched;
  }

  /** Names of runs that are being trained or judged this moment. */
  get busy() {
    const found = new Set();
    for (const one of this.live.values()) if (running(one)) found.add(one.about.name);
    return found;
  }

  /** The address says what is open, so that it can be kept and shared. */
  read(hash) {
    const given = new URLSearchParams(hash.replace(/^#/, ""));
    this.page = given.get("view");
    this.open = given.get("run") || null;
    this.tab = given.get("tab") || "verdict";
    this.row = given.get("row");
    const marked = given.getAll("with").filter((name) => this.runs.has(name));
    if (marked.length || !given.has("run")) this.marked = given.has("with") ? marked : this.marked;
  }

  hash(changes = {}) {
    const now = { run: this.open, tab: this.tab, marked: this.marked, row: this.row, ...changes };
    // Another run has other rows.
    if (now.run !== this.open && !changes.row) now.row = null;
    const address = new URLSearchParams();
    if (now.run) address.set("run", now.run);
    if (now.run && now.tab !== "verdict") address.set("tab", now.tab);
    if (now.run && now.row) address.set("row", now.row);
    for (const name of now.marked) address.append("with", name);
    return `#${address}`;
  }

  go(changes) {
    if (changes.marked) this.marked = changes.marked;
    this.onOpen(this.hash(changes));
  }

  mark(name) {
    const marked = this.marked.includes(name)
      ? this.marked.filter((one) => one !== name)
      : [...this.marked, name];
    this.go({ marked });
  }

  /** Marked runs that have answers to compare; event files have curves alone. */
  get comparable() {
    return this.marked.filter((name) => !this.events.has(name));
  }

  colour(name) {
    const place = this.marked.indexOf(name);
    return place < 0 ? 0 : place;
  }
}
