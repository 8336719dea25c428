// What was made of each column.

import { h, wide } from "/web/dom.js";

const RANK = { target: 0, leak: 1 };

export function columnsTable(columns) {
  const ordered = [...columns].sort((a, b) => (RANK[a.kind] ?? (a.used ? 3 : 2)) - (RANK[b.kind] ?? (b.used ? 3 : 2)));
  const lost = ordered.some((one) => one.missing);
  return wide("Columns", h("table", { class: "table" },
    h("thead", {}, h("tr", {}, h("th", {}, "column"), h("th", {}, "is"), lost && h("th", { class: "num" }, "missing"), h("th", { class: "num" }, "values"), h("th", {}, "because"), h("th", {}, "for example"))),
    h("tbody", {}, ordered.slice(0, 400).map((one) => h("tr", { class: one.used || one.kind === "target" ? "" : "muted" },
      h("td", {}, one.kind === "target" ? h("b", {}, one.name) : one.name),
      h("td", {}, one.kind === "target" ? h("span", { class: "badge live-off" }, "target") : one.used ? one.kind : `${one.kind} (unused)`),
      lost && h("td", { class: "num" }, one.missing ? one.missing.toLocaleString("en-US") : ""),
      h("td", { class: "num" }, one.distinct.toLocaleString("en-US")),
      h("td", {}, one.why), h("td", { class: "muted" }, one.examples.join(", ")))))),
    ordered.length > 400 && h("p", { class: "label" }, `${ordered.length - 400} more are left out.`));
}

export function columnsTab(panel, details) {
  if (!details.columns) {
    panel.append(h("p", { class: "muted" }, "It learned from texts or images, which have no columns."));
    return;
  }
  panel.append(columnsTable(details.columns));
}
