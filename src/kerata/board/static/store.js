// What the page knows: the runs, which one is open, which are laid over each other.

export class Store {
  constructor() {
    this.runs = new Map();
    this.version = 0;
    this.complete = false;
    this.open = null; // A run's name.
    this.tab = "verdict";
    this.marked = []; // Names, in the order in which they got their colours.
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

  /** The address says what is open, so that it can be kept and shared. */
  read(hash) {
    const given = new URLSearchParams(hash.replace(/^#/, ""));
    this.open = given.get("run") || given.get("view") || null;
    this.page = given.get("view");
    this.tab = given.get("tab") || "verdict";
    const marked = given.getAll("with").filter((name) => this.runs.has(name));
    if (marked.length || !given.has("run")) this.marked = given.has("with") ? marked : this.marked;
  }

  hash(changes = {}) {
    const now = { run: this.page ? null : this.open, tab: this.tab, marked: this.marked, ...changes };
    const address = new URLSearchParams();
    if (now.run) address.set("run", now.run);
    if (now.run && now.tab !== "verdict") address.set("tab", now.tab);
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

  colour(name) {
    const place = this.marked.indexOf(name);
    return place < 0 ? 0 : place;
  }
}
