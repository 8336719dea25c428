// The trials of a search: as they came, which choices mattered, the best of them, and each as a
// line through its choices.

import { duration, get, h, number, put, s, wide } from "/web/dom.js";

const LISTED = 20;
const ordered = new Intl.Collator("en", { numeric: true });

export async function searchTab(panel, details) {
  const place = h("div", { class: "stack loose" }, h("p", { class: "muted" }, "Reading the search …"));
  panel.append(place);
  let found;
  try {
    found = await get(`/api/run/${encodeURIComponent(details.name)}/search`);
  } catch (error) {
    put(place, h("div", { class: "notice bad" }, error.message));
    return;
  }
  const early = found.trials.filter((one) => one.value === null).length;
  put(place, h("p", {}, `${found.trials.length} trials, ${early} of them ended early. The best has ${found.shown} on the validation rows. ${found.caution}`), trials(found));
}

/** What can be said of trials at any time; `importance` comes at the end. */
export function trials({ trials: all, higher, importance = [], common }) {
  const complete = all.filter((one) => typeof one.value === "number");
  if (!complete.length) return h("p", { class: "muted" }, "No trial is done yet.");
  const sign = higher ? -1 : 1;
  const ranked = [...complete].sort((a, b) => sign * (a.value - b.value));
  return h("div", { class: "stack loose" },
    h("div", { class: "stack" }, h("h3", {}, "As they came"), course(all, complete, higher)),
    importance.length > 0 && h("div", { class: "stack" }, h("h3", {}, `What mattered for ${common}`),
      h("div", { class: "effects" }, importance.map((one) => [h("span", { class: "cut" }, one.name), h("span", { class: "bar" }, h("i", { style: { width: `${100 * one.share}%` } })), h("span", { class: "num" }, `${Math.round(100 * one.share)}%`)]))),
    paths(complete, ranked, common),
    h("div", { class: "stack" }, h("h3", {}, "The best"), wide("The best trials", h("table", { class: "table" },
      h("thead", {}, h("tr", {}, h("th", { class: "num" }, "trial"), h("th", { class: "num" }, "validation rows"), h("th", { class: "num" }, "epochs"), h("th", { class: "num" }, "time"), h("th", {}, "network and options"))),
      h("tbody", {}, ranked.slice(0, LISTED).map((one) => h("tr", {}, h("td", { class: "num" }, one.n), h("td", { class: "num" }, one.shown || number(one.value)), h("td", { class: "num" }, one.epochs), h("td", { class: "num" }, duration(one.seconds)), h("td", {}, one.words)))))),
      ranked.length > LISTED && h("p", { class: "label" }, `${ranked.length - LISTED} more are left out.`)));
}

/** A point for each trial, and the best so far as a line. */
function course(all, complete, higher) {
  const [width, height, left, bottom] = [640, 190, 56, 24];
  const values = complete.map((one) => one.value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const most = Math.max(...all.map((one) => one.n), 2);
  const x = (n) => left + ((n - 1) / (most - 1)) * (width - left - 12);
  const y = (value) => 10 + ((high - value) / (high - low || 1)) * (height - bottom - 20);
  let best = null;
  let path = "";
  for (const one of complete) {
    const better = best === null || (higher ? one.value > best : one.value < best);
    if (better) {
      path += best === null ? `M${x(one.n)} ${y(one.value)}` : `H${x(one.n)}V${y(one.value)}`;
      best = one.value;
    }
  }
  const text = { fill: "var(--soft)", "font-size": 12 };
  return s("svg", { viewBox: `0 0 ${width} ${height}`, width: "100%", style: { "max-width": "760px" }, role: "img", "aria-label": `Figures of ${complete.length} trials; the best so far as a line` },
    [high, low].map((value) => [s("line", { x1: left, x2: width - 8, y1: y(value), y2: y(value), stroke: "var(--line)" }), s("text", { x: left - 8, y: y(value) + 4, "text-anchor": "end", ...text }, number(value, 3))]),
    s("path", { d: `${path}H${x(most)}`, fill: "none", stroke: "var(--accent)", "stroke-width": 2 }),
    complete.map((one) => s("circle", { cx: x(one.n), cy: y(one.value), r: 3.5, fill: "var(--series-2)", "fill-opacity": 0.75 }, s("title", {}, `trial ${one.n}: ${one.shown || number(one.value)}, ${one.words}`))),
    s("text", { x: left, y: height - 4, ...text }, "trial 1"), s("text", { x: width - 8, y: height - 4, "text-anchor": "end", ...text }, `trial ${most}`));
}

/** Parallel coordinates of the network that was tried most often; the best fifth stands out. */
function paths(complete, ranked, common) {
  const network = common || mostOf(complete.map((one) => one.network));
  // A network as it is has made no choices.
  const mine = complete.filter((one) => one.network === network && Object.keys(one.options ?? {}).length);
  const names = [...new Set(mine.flatMap((one) => Object.keys(one.options)))].filter((name) => new Set(mine.map((one) => String(one.options[name]))).size > 1).slice(0, 8);
  if (mine.length < 3 || !names.length) return "";
  const [width, height, top, bottom] = [Math.max(480, 140 * (names.length + 1)), 260, 44, 226];
  const axes = [...names.map((name) => axis(name, mine.map((one) => one.options[name]))), axis("figure", mine.map((one) => one.value))];
  const x = (place) => 50 + (place / (axes.length - 1)) * (width - 100);
  const best = new Set(ranked.filter((one) => mine.includes(one)).slice(0, Math.max(1, Math.round(mine.length / 5))));
  const line = (one) => axes.map((a, place) => {
    const value = place < names.length ? one.options[names[place]] : one.value;
    return `${place ? "L" : "M"}${x(place).toFixed(1)} ${(bottom - a.at(value) * (bottom - top)).toFixed(1)}`;
  }).join("");
  const text = { fill: "var(--soft)", "font-size": 12, "text-anchor": "middle" };
  const drawn = [...mine.filter((one) => !best.has(one)), ...mine.filter((one) => best.has(one))];
  return h("div", { class: "stack" }, h("h3", {}, `Choices of ${network}`), wide("Choices",
    s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": `Each trial of ${network} as a line through its choices; the best fifth is dark` },
      drawn.map((one) => s("path", { d: line(one), fill: "none", stroke: best.has(one) ? "var(--accent)" : "var(--edge)", "stroke-opacity": best.has(one) ? 0.9 : 0.3, "stroke-width": best.has(one) ? 1.8 : 1 }, s("title", {}, `trial ${one.n}: ${one.words}`))),
      axes.map((a, place) => [s("line", { x1: x(place), x2: x(place), y1: top, y2: bottom, stroke: "var(--soft)" }),
        s("text", { x: x(place), y: 14, ...text }, a.name.replaceAll("_", " ")),
        a.marks.map(([at, word]) => s("text", { x: x(place), y: bottom - at * (bottom - top) + (at ? -4 : 15), ...text, "font-size": 11 }, word))]))),
  h("p", { class: "label" }, "Each trial is a line; the best fifth is blue. Upwards are larger values."));
}

function axis(name, values) {
  const numbers = values.every((value) => typeof value === "number");
  if (!numbers) {
    const words = [...new Set(values.map((value) => String(value ?? "")))].sort(ordered.compare);
    return { name, at: (value) => (words.length > 1 ? words.indexOf(String(value ?? "")) / (words.length - 1) : 0.5), marks: words.length <= 2 ? words.map((word, place) => [place, word.slice(0, 16)]) : [[0, words[0].slice(0, 16)], [1, words.at(-1).slice(0, 16)]] };
  }
  const [low, high] = [Math.min(...values), Math.max(...values)];
  // Rates and penalties are chosen by their sizes.
  const log = low > 0 && high / low > 20;
  const turn = log ? Math.log : (value) => value;
  return { name, at: (value) => (high > low ? (turn(value) - turn(low)) / (turn(high) - turn(low)) : 0.5), marks: [[0, number(low, 2)], [1, number(high, 2)]] };
}

function mostOf(names) {
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
