// A page that answers by itself: the graph and what it takes lie in the element "data".
import { showRun } from "/web/answers.js";
import { h, number, put } from "/web/dom.js";
import { cellOf } from "/page/cells.js";
import { filled, loaded } from "/page/evaluate.js";
import { pixelsOf } from "/page/pixels.js";

const root = h("main", { class: "serve" });
document.body.append(root);
const given = JSON.parse(document.getElementById("data").textContent);

/** Half the width of an interval around an answer, linear between the places it is known at. */
function halfWidth({ radius, places, sizes }, answer) {
  if (!places.length) return radius;
  const last = places.length - 1;
  if (answer <= places[0]) return radius * sizes[0];
  if (answer >= places[last]) return radius * sizes[last];
  const right = places.findIndex((place) => place > answer);
  const share = (answer - places[right - 1]) / (places[right] - places[right - 1]);
  return radius * (sizes[right - 1] + share * (sizes[right] - sizes[right - 1]));
}

/** An answer in the words of `kerata predict`. */
function worded(found, about) {
  const answer = {};
  let target = 0;
  const shown = Object.entries(found).filter(([name]) => !name.startsWith("label"));
  if (shown.some(([, { data }]) => data.some((value) => !Number.isFinite(value))))
    throw new Error("A value lies so far outside those of the training that no answer can be computed.");
  for (const [name, { data }] of Object.entries(found)) {
    if (name === "probabilities")
      about.classes.forEach((one, place) => { answer[`probability_${one}`] = data[place]; });
    else if (name === "labels")
      answer.prediction = about.classes.filter((_, place) => data[place]).join(about.separator);
    else if (name === "label") answer.prediction = data[0];
    else {
      const ending = name.slice("prediction".length);
      answer[name] = data[0];
      const width = about.residuals[target++];
      if (width) {
        const half = halfWidth(width, data[0]);
        answer[`lower${ending}`] = data[0] - half;
        answer[`upper${ending}`] = data[0] + half;
      }
    }
  }
  return answer;
}

export function answering({ graph, about }) {
  const compute = loaded(graph);
  const columns = new Map(about.columns.map((column) => [column.name, column]));
  return {
    row(row) {
      const tensors = graph.inputs.map((input) =>
        [input.name, filled(input, [cellOf(row[input.name], columns.get(input.name), about.missing)])]);
      return worded(compute(Object.fromEntries(tensors)), about);
    },
    pixels: (pixels) => worded(compute({ image: filled(graph.inputs[0], pixels) }), about),
  };
}

/** What a page says of itself. */
function aboutPage(about) {
  const figures = Object.entries(about.metrics)
    .filter(([, value]) => typeof value === "number")
    .map(([name, value]) => `${name.replaceAll("_", " ")} ${number(value)}`);
  return h("details", { class: "card" }, h("summary", {}, "About this page"),
    h("p", {}, `Everything is computed here, in the browser: what you type or draw goes nowhere. `,
      about.network ? `The network is '${about.network}'. ` : "",
      figures.length ? `On rows that it did not learn from: ${figures.join(", ")}.` : ""),
    about.residuals.length > 0 && h("p", {}, `From lower to upper is the ${Math.round(100 * about.residuals[0].coverage)}% interval: `
      + "that share of new values of the same kind lies inside."));
}

function start() {
  const { about } = given;
  const answers = answering(given);
  showRun(root, about, [about], {
    async predict(_, { row, picture }) {
      return picture ? answers.pixels(await pixelsOf(picture, about.image, about.photos)) : answers.row(row);
    },
    about: () => aboutPage(about),
  });
}

try {
  start();
} catch (error) {
  put(root, h("p", { class: "notice" }, `This browser can't run the network: ${error.message}`));
}
