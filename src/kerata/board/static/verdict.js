// What a run is worth, in the sentences that the command line prints.

import { duration, h, number, plural, post, toast, wide } from "/web/dom.js";

const SIGNS = { serious: ["bad", "serious"], warning: ["odd", "warning"], note: ["", "note"] };

/** The diagnosis, each fault with what can be tried against it. */
export function findings(details, store) {
  const { findings: found, looked_for: looked, left_out: out, tries } = details;
  const none = looked ? `Nothing found among ${plural(looked, "possible fault")} that were looked for.` : "It was not looked for.";
  return h("section", { class: "stack", "aria-label": "Diagnosis" }, h("h2", { class: "minor" }, "Diagnosis"),
    found.length ? found.map((one) => finding({ ...one, tries: tries[one.name] }, store, { name: details.name })) : h("p", { class: "muted small" }, none),
    Object.entries(out).slice(0, 3).map(([name, why]) => h("p", { class: "label" }, `Not looked for: ${name} (${why}).`)));
}

/** Start a training like another, with some options changed; the page opens it when it is there. */
async function attempt(press, store, of, changes) {
  press.target.disabled = true;
  try {
    const job = await post("/api/sibling", { ...of, changes });
    store.awaited.add(job.name);
    toast(`Starting ${job.name} …`);
  } catch (error) {
    toast(error.message, "bad");
    press.target.disabled = false;
  }
}

const said = (changes) => Object.entries(changes).map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`).join(", ");

/** One fault; `of` names the run ({name}) or the training ({id}) that has it. */
export function finding(one, store, of) {
  const [kind, word] = SIGNS[one.severity] ?? SIGNS.warning;
  return h("div", { class: `finding ${one.severity}` },
    h("div", { class: "row" }, h("h4", {}, one.title ?? one.name), word && h("span", { class: `badge ${kind}` }, word)),
    h("p", {}, one.sentence),
    one.next && h("p", { class: "muted small" }, one.next),
    one.tries?.length && h("div", { class: "row" }, h("span", { class: "label" }, "Try it:"),
      one.tries.map((changes) => h("button", { class: "button small", type: "button", title: "Trains another run like this one, with this change",
        onclick: (press) => attempt(press, store, of, changes) }, said(changes)))));
}

export function verdictTab(panel, details) {
  const { verdict } = details;
  panel.append(
    verdict ? h("div", { class: "stack" }, verdict.lines.map((line) => h("p", {}, line))) : h("p", {}, "It is not judged: training was ended before that."),
    details.verdict?.targets.map((one) => h("div", { class: "stack" }, h("h3", {}, one.target), h("p", {}, one.quality), one.baselines.map((line) => h("p", {}, line)))) ?? "",
    verdict?.advice.length ? h("div", { class: "stack" }, h("h3", {}, "What to try"), h("ul", {}, verdict.advice.map((line) => h("li", {}, line)))) : "",
    h("div", { class: "stack" }, h("h3", {}, "Figures"), wide("Figures",
      h("table", { class: "table" },
        h("thead", {}, h("tr", {}, h("th", {}, "on rows that it never learned from"), h("td", {}), h("th", { class: "num" }, "95% interval"))),
        h("tbody", {},
          details.figures.map((one) => h("tr", {}, h("td", {}, one.name), h("td", { class: "num" }, one.shown), h("td", { class: "num" }, one.between))),
          details.baselines.map((one) => h("tr", { class: "muted" }, h("td", {}, `baseline: ${one.name}`), h("td", { class: "num" }, one.shown), h("td", {}))))))),
    details.notes.length ? h("div", { class: "stack" }, h("h3", {}, "Notes"), h("ul", { class: "small" }, details.notes.map((line) => h("li", {}, line)))) : "");
}

export function aboutTab(panel, details) {
  const { rows, settings, seconds, versions } = details;
  const list = (entries) => h("dl", { class: "facts" }, entries.filter(([, value]) => value !== "" && value !== null && value !== undefined)
    .map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
  panel.append(
    h("p", {}, details.why),
    list([["training rows", rows.train?.toLocaleString("en-US")], ["validation rows", rows.validation?.toLocaleString("en-US")],
      [details.folds ? "rows of folds" : "test rows", rows.test?.toLocaleString("en-US")], ["seed", details.seed], ["file of the network", details.bytes && `${number(details.bytes / 1e6, 3)} MB`],
      ["rows a second", details.speed && number(Math.round(details.speed))]]),
    h("h3", {}, "Asked for"), list(Object.entries(settings)),
    h("h3", {}, "Time"), list(Object.entries(seconds).map(([name, value]) => [name, duration(value)])),
    h("h3", {}, "Versions"), list(Object.entries(versions)));
}
