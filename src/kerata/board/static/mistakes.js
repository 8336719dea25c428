// The confusion matrix, and the rows of each of its cells.

import { get, h, number, percent, put, s, wide } from "/web/dom.js";

export async function mistakesTab(panel, details, store) {
  const place = h("div", { class: "stack loose" }, h("p", { class: "muted" }, "Reading the answers …"));
  panel.append(place);
  const state = { cell: null, start: 0 };
  const load = async () => {
    const query = new URLSearchParams({ start: state.start });
    if (state.cell) {
      query.set("true", state.cell[0]);
      query.set("said", state.cell[1]);
    }
    try {
      const found = await get(`/api/run/${encodeURIComponent(details.name)}/mistakes?${query}`);
      draw(place, found, state, load, details, store);
    } catch (error) {
      put(place, h("div", { class: "notice bad" }, error.message));
    }
  };
  await load();
}

function draw(place, found, state, load, details, store) {
  const why = details.columns ? (row) => h("button", { class: "button small", type: "button", onclick: () => store.go({ tab: "try", row }) }, "Why?") : null;
  const amounts = found.kind === "regression";
  const what = details.folds ? "rows" : "test rows";
  put(place,
    amounts ? cloud(found.cloud, details.target) : h("p", {}, found.wrong ? `${found.wrong.toLocaleString("en-US")} of ${found.rows.toLocaleString("en-US")} ${what} are wrong.` : `No mistakes on the ${what}.`),
    found.matrix && matrix(found, state, load),
    h("div", { class: "stack" },
      h("h3", {}, amounts ? "Largest errors first" : state.cell ? `Is ${state.cell[0]}, taken for ${state.cell[1]}` : "Mistakes, the surest first"),
      found.shown.length ? wide("Rows", amounts ? amountsTable(found, why) : rowsTable(found, why)) : h("p", { class: "muted" }, "None."),
      pages(found, state, load)));
}

function matrix(found, state, load) {
  const { classes } = found;
  const choose = (true_, said) => {
    const same = state.cell && state.cell[0] === true_ && state.cell[1] === said;
    state.cell = same ? null : [true_, said];
    state.start = 0;
    load();
  };
  return h("div", { class: "stack" }, wide("Confusion matrix", h("table", { class: "matrix" },
    h("thead", {}, h("tr", {}, h("td", {}), classes.map((name) => h("th", { scope: "col", title: name }, name)), h("th", {}, "found"))),
    h("tbody", {}, found.matrix.map((row, i) => {
      const total = row.reduce((a, b) => a + b, 0);
      return h("tr", {}, h("th", { scope: "row", title: classes[i] }, classes[i]), row.map((count, j) => {
        const share = total ? count / total : 0;
        const shade = i === j ? 0.08 + 0.3 * share : count ? 0.12 + 0.5 * Math.min(1, 4 * share) : 0;
        const chosen = state.cell && state.cell[0] === classes[i] && state.cell[1] === classes[j];
        return h("td", { class: i === j ? "right" : "" },
          h("span", { class: "share", style: { opacity: shade } }), h("span", { class: "n" }, count || ""),
          count > 0 && h("button", { type: "button", "aria-pressed": String(Boolean(chosen)), "aria-label": `${count} ${classes[i]} taken for ${classes[j]}`,
            title: `${count} rows that are ${classes[i]}: ${percent(share)} were taken for ${classes[j]}`, onclick: () => choose(classes[i], classes[j]) }));
      }), h("td", {}, h("span", { class: "n muted" }, total ? percent(row[i] / total) : "")));
    })))),
    h("p", { class: "label" }, "A row for each true class, a column for what the network said. Press a cell to see its rows."));
}

function rowsTable(found, why) {
  return h("table", { class: "table" },
    h("thead", {}, h("tr", {}, h("th", {}, "where"), h("th", {}, "is"), h("th", {}, "network said"), h("th", { class: "num" }, "sure"), why && h("td", {}))),
    h("tbody", {}, found.shown.map((row) => h("tr", {}, h("td", {}, row.where), h("td", {}, row.true), h("td", {}, row.said), h("td", { class: "num" }, row.sure === null ? "" : percent(row.sure)), why && h("td", {}, why(row.row))))));
}

function amountsTable(found, why) {
  const several = (found.shown[0]?.values.length ?? 1) > 1;
  return h("table", { class: "table" },
    h("thead", {}, h("tr", {}, h("th", {}, "where"), several && h("th", {}, "target"), h("th", { class: "num" }, "true"), h("th", { class: "num" }, "network said"), h("th", { class: "num" }, "off by"), why && h("td", {}))),
    h("tbody", {}, found.shown.map((row) => row.values.map((one, place) => h("tr", {}, h("td", {}, place ? "" : row.where), several && h("td", {}, one.target),
      h("td", { class: "num" }, number(one.true, 5)), h("td", { class: "num" }, number(one.said, 5)), h("td", { class: "num" }, number(one.said - one.true, 4)), why && h("td", {}, place ? "" : why(row.row)))))));
}

function pages(found, state, load) {
  const end = state.start + found.shown.length;
  if (end >= found.found && !state.start) return "";
  const go = (start) => () => { state.start = Math.max(0, start); load(); };
  return h("div", { class: "row small" },
    h("button", { class: "button small", type: "button", disabled: !state.start, onclick: go(state.start - 50) }, "Before"),
    h("span", { class: "muted" }, `${state.start + 1} to ${end} of ${found.found.toLocaleString("en-US")}`),
    h("button", { class: "button small", type: "button", disabled: end >= found.found, onclick: go(end) }, "More"));
}

/** True values across, answers up; on the line they are equal. */
function cloud(points, target) {
  if (!points?.length) return "";
  const [width, height, pad] = [420, 300, 40];
  const all = points.flat();
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const x = (value) => pad + ((value - low) / (high - low || 1)) * (width - pad - 10);
  const y = (value) => height - pad - ((value - low) / (high - low || 1)) * (height - pad - 10);
  const text = { fill: "var(--soft)", "font-size": 12 };
  return h("figure", { style: { margin: 0, "max-width": "520px" } }, s("svg", { viewBox: `0 0 ${width} ${height}`, width: "100%", role: "img", "aria-label": `Answers over true values of ${target}` },
    s("line", { x1: x(low), y1: y(low), x2: x(high), y2: y(high), stroke: "var(--edge)", "stroke-dasharray": "4 4" }),
    points.map(([a, b]) => s("circle", { cx: x(a).toFixed(1), cy: y(b).toFixed(1), r: 2.6, fill: "var(--accent)", opacity: 0.5 })),
    s("text", { x: x(low), y: height - 20, ...text }, number(low, 3)), s("text", { x: x(high), y: height - 20, "text-anchor": "end", ...text }, number(high, 3)),
    s("text", { x: (x(low) + x(high)) / 2, y: height - 4, "text-anchor": "middle", ...text }, `true ${target}`),
    s("text", { x: pad, y: 10, ...text }, "network said")));
}
