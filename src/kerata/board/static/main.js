// The board: a list of runs beside the one that is open; both follow the folder as it changes.

import { $, get, h, live, put, toast } from "/web/dom.js";
import { RunList } from "./list.js";
import { RunView } from "./view.js";
import { Store } from "./store.js";

const store = new Store();
const board = $("#board");

const side = h("section", { class: "side", "aria-label": "Runs" });
const main = h("section", { class: "main", "aria-label": "The open run" });
const folder = h("span", { class: "folder cut" }, board.dataset.folder);
board.append(
  h("header", { class: "topbar" },
    h("div", { role: "heading", "aria-level": "1" }, h("a", { class: "brand", href: "#" }, "Kerata")),
    folder,
    h("span", { class: "grow" }),
    h("a", { class: "button small", href: "#view=train" }, "Train"),
    h("button", { class: "button quiet small", type: "button", data: { toggle: "theme" },
      title: "Light or dark; with Shift, as the system has it" }, "Light / dark")),
  side, main);

const list = new RunList(side, store);
const view = new RunView(main, store);

function follow() {
  store.read(location.hash);
  board.classList.toggle("opened", store.open !== null || store.page !== null);
  list.show();
  view.show();
}

addEventListener("hashchange", follow);
store.onOpen = (hash) => {
  if (location.hash === hash) follow();
  else location.hash = hash;
};

let lost = false;
const states = new Map(); // Of trainings that the board started, by their numbers.
async function start() {
  try {
    const found = await get("/api/runs");
    store.merge(found);
  } catch (error) {
    put(main, h("div", { class: "empty" }, h("p", {}, error.message)));
    return;
  }
  follow();
  live(() => `/api/events?since=${store.version}`, {
    runs: (found) => {
      const touched = store.merge(found);
      list.show();
      // The training that was open has become a run.
      if (store.follow && store.runs.has(store.follow)) {
        const name = store.follow;
        store.follow = null;
        if (!store.open || !store.runs.has(store.open)) store.go({ run: name });
      }
      view.changed(touched);
    },
    live: (found) => {
      const touched = store.mergeLive(found);
      list.show();
      for (const one of found.live)
        if (store.awaited.delete(one.about.name)) store.go({ run: one.id });
      view.changed(touched);
      if (store.follow && store.runs.has(store.follow)) {
        const name = store.follow;
        store.follow = null;
        store.go({ run: name });
      }
    },
    events: (found) => {
      const touched = store.mergeEvents(found);
      list.show();
      view.changed(touched);
    },
    jobs: (jobs) => {
      for (const job of jobs) {
        const before = states.get(job.number);
        states.set(job.number, job.state);
        if (job.state === "failed" && before === "running") toast(`${job.name}: ${job.why}`, "bad");
      }
    },
    open: () => {
      if (lost) toast("The board is back.");
      lost = false;
    },
    lost: () => {
      if (!lost) toast("The board does not answer; trying again.", "bad");
      lost = true;
    },
  });
}

start();
