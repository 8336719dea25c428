// The layers of a network, and how their weights are spread.

import { get, h, number, put, s } from "/web/dom.js";

export async function networkTab(panel, details) {
  const place = h("div", { class: "stack" }, h("p", { class: "muted" }, "Opening the network …"));
  panel.append(place);
  let found;
  try {
    found = await get(`/api/run/${encodeURIComponent(details.name)}/network`);
  } catch (error) {
    put(place, h("div", { class: "notice bad" }, error.message));
    return;
  }
  const told = h("p", { class: "label", "aria-live": "polite" }, "Looking at what the layers answer to rows of the data …");
  const layers = found.layers.map(layer);
  put(place, told, h("div", { class: "layers" }, layers.map(([element]) => element)));
  try {
    const { rows, layers: seen } = await get(`/api/run/${encodeURIComponent(details.name)}/activity`);
    for (const [place_, [, hists]] of layers.entries()) {
      const one = seen[found.layers[place_].name];
      if (!one) continue;
      hists.prepend(histogram({ name: "outputs", shape: "", ...one }, "answers"));
      if (one.dead) hists.append(h("span", { class: `badge ${one.dead > one.units / 2 ? "bad" : "odd"}` }, `${one.dead} of ${one.units} units ${one.dead === 1 ? "is" : "are"} 0 for all these rows`));
    }
    told.textContent = `Outputs are those for ${rows} rows of its data.`;
  } catch (error) {
    told.textContent = `What the layers answer is not shown: ${error.message}`;
  }
}

function layer(one) {
  const hists = h("div", { class: "hists" }, one.weights.map((weight) => histogram(weight)));
  const element = h("section", { class: "layer", "aria-label": one.name },
    h("div", { class: "stack", style: { gap: 0 } }, h("b", { class: "small" }, one.kind, one.activation && h("span", { class: "muted" }, ` ${one.activation}`)),
      h("span", { class: "label cut" }, one.name)),
    h("div", { class: "stack small", style: { gap: 0, "text-align": "right" } }, h("span", { class: "mono" }, one.shape),
      h("span", { class: "label" }, one.parameters ? `${one.parameters.toLocaleString("en-US")} parameters` : "")),
    hists);
  return [element, hists];
}

function histogram(weight, kind = "") {
  const most = Math.max(...weight.bars, 1);
  const wide = 148 / weight.bars.length;
  const name = weight.name.split("/").pop();
  return h("div", { class: `hist stack ${kind}`, style: { gap: "2px" } }, h("span", { class: "label" }, `${name} ${weight.shape}`),
    weight.bars.length ? s("svg", { viewBox: "0 0 148 40", role: "img", "aria-label": `${name}: from ${number(weight.low, 3)} to ${number(weight.high, 3)}` },
      weight.bars.map((count, place) => s("rect", { x: (place * wide).toFixed(1), y: (40 - (38 * count) / most).toFixed(1), width: Math.max(1, wide - 1).toFixed(1), height: ((38 * count) / most).toFixed(1) }))) : h("span", { class: "badge bad" }, "no finite weight"),
    h("span", { class: "label" }, `${number(weight.low, 3)} to ${number(weight.high, 3)}`),
    weight.lost > 0 && h("span", { class: "badge bad" }, `${weight.lost} not finite`));
}
