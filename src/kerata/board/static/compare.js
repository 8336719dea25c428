// Runs beside each other: the paired test first, then what was different.

import { h, post, put, wide } from "/web/dom.js";

export async function compareTab(panel, details, store) {
  const names = [...new Set([details.name, ...store.comparable])];
  if (names.length < 2) {
    panel.append(h("p", { class: "muted" }, "Mark another run in the list (its box, or Ctrl with a press): the two are compared row by row, and their curves lie over each other."));
    return;
  }
  const place = h("div", { class: "stack loose" }, h("p", { class: "muted" }, "Comparing …"));
  panel.append(place);
  let found;
  try {
    found = await post("/api/compare", { names });
  } catch (error) {
    put(place, h("div", { class: "notice bad" }, error.message));
    return;
  }
  put(place, found.refused ? h("div", { class: "notice odd" }, found.refused) : test(found),
    h("div", { class: "stack" }, h("h3", {}, "What was different"), found.differences.length ? differences(found) : h("p", { class: "muted" }, "Nothing that they were asked for.")));
}

function test(found) {
  const [best, ...others] = found.pairs;
  const clear = others.filter((pair) => pair.p < 0.05);
  const said = clear.length === others.length ? `${best.name} is better than ${others.length > 1 ? "all others" : others[0].name}.`
    : clear.length ? `${best.name} is better than ${clear.map((pair) => pair.name).join(", ")}; a difference from the others is not shown.`
      : "A difference between them is not shown.";
  return h("div", { class: "stack" }, h("p", {}, said), wide("The paired tests", h("table", { class: "table" },
    h("thead", {}, h("tr", {}, h("th", {}, "run"), h("td", {}), h("th", { class: "num" }, "behind the best by"), h("th", { class: "num" }, "95% interval"), h("th", { class: "num" }, "p"))),
    h("tbody", {}, found.pairs.map((pair) => h("tr", {}, h("td", {}, pair.name), h("td", { class: "num" }, pair.shown), h("td", { class: "num" }, pair.behind),
      h("td", { class: "num" }, pair.between), h("td", { class: "num" }, pair.p === null ? "" : pair.p < 0.001 ? "< 0.001" : pair.p.toPrecision(2))))))),
    h("p", { class: "label" }, found.how));
}

function differences(found) {
  return wide("What was different", h("table", { class: "table" },
    h("thead", {}, h("tr", {}, h("td", {}), found.names.map((name) => h("th", {}, name)))),
    h("tbody", {}, found.differences.map((one) => h("tr", {}, h("td", { class: "muted" }, one.name), one.values.map((value) => h("td", {}, value || "–")))))));
}
