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
      const one = seen[place_];
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
    hists, one.filters && filters(one.filters, one.name));
  return [element, hists];
}

const ZOOM = 6;

/** Filters as small pictures: grey is 0; of one channel blue is below and orange above. */
function filters({ side: [height, width, colours], drawn, count, of, pixels }, name) {
  const bytes = Uint8Array.from(atob(pixels), (one) => one.charCodeAt(0));
  const scale = Math.max(1, Math.floor((ZOOM * 6) / Math.max(height, width)));
  const pictures = Array.from({ length: drawn }, (_, place) => {
    const canvas = h("canvas", { width, height, style: { width: `${width * scale}px`, height: `${height * scale}px` } });
    const image = new ImageData(width, height);
    for (let at = 0; at < width * height; at += 1) {
      const from = (place * width * height + at) * colours;
      const value = (bytes[from] - 128) / 127;
      const mixed = (end, middle = 236) => Math.round(middle + (end - middle) * Math.abs(value));
      const rgb = colours === 3 ? bytes.subarray(from, from + 3) : value < 0 ? [mixed(28), mixed(88), mixed(214)] : [mixed(200), mixed(92), mixed(0)];
      image.data.set([...rgb, 255], 4 * at);
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
    return canvas;
  });
  const what = colours === 3 ? "in the colours of their three channels, grey is 0" : `${of === 1 ? "" : `the slice of the first of ${of} input channels, `}orange above 0, blue below`;
  return h("div", { class: "filters stack" },
    h("span", { class: "label" }, `${drawn < count ? `The first ${drawn} of ${count}` : count} filters: ${what}; each by its largest weight`),
    h("div", { class: "row", role: "img", "aria-label": `${drawn} filters of ${name}` }, pictures));
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
