// A page for each run that is served: a form made from its columns, and the answer as it changes.
import { showRun } from "/web/answers.js";
import { h, put } from "/web/dom.js";

const root = h("main", { class: "serve" });
document.body.append(root);
// A server with a token leads here with #token=...; it is sent, never shown.
const token = new URLSearchParams(location.hash.slice(1)).get("token");

async function ask(address, options = {}) {
  const headers = { ...options.headers };
  if (token) headers.authorization = `Bearer ${token}`;
  let response;
  try {
    response = await fetch(address, { ...options, headers });
  } catch {
    throw new Error("The server does not answer: is it still running?");
  }
  const said = await response.json().catch(() => ({ error: `The server answered ${response.status}.` }));
  if (!response.ok) throw Object.assign(new Error(said.error), { status: response.status });
  return said;
}

function example(run) {
  if (run.kind === "images") return `curl --data-binary @picture.png -H 'content-type: image/png' ${location.origin}/runs/${run.name}/predict`;
  if (run.kind === "forecast") return `curl -d '[]' ${location.origin}/runs/${run.name}/predict`;
  const columns = run.columns.length ? run.columns : [{ name: "text", kind: "text", example: "..." }];
  const row = Object.fromEntries(columns.map((c) => [c.name, c.kind === "number" && c.example !== null && !Number.isNaN(Number(c.example)) ? Number(c.example) : c.example ?? null]));
  return `curl ${location.origin}/runs/${run.name}/predict \\\n  -d '${JSON.stringify(row).replaceAll("'", "'\\''")}'`;
}

const predict = (run, kind, body) => ask(`/runs/${encodeURIComponent(run.name)}/predict`,
  { method: "POST", headers: { "content-type": kind }, body });

const backend = {
  async predict(run, { row, picture }) {
    if (picture) return (await predict(run, picture.type || "image/png", picture)).answers[0];
    const { answers } = await predict(run, "application/json", JSON.stringify(row ?? []));
    return row ? answers[0] : answers;
  },
  about: (run) => h("details", { class: "card" }, h("summary", {}, "From a program"),
    h("pre", { class: "mono", tabindex: "0" }, example(run)),
    h("p", { class: "muted small" }, "A list of rows gets a list of answers; text/csv works too. ",
      h("a", { href: "/openapi.json" }, "openapi.json"), " has every field.")),
};

async function start() {
  try {
    const { runs } = await ask("/runs");
    showRun(root, runs[0], runs, backend);
  } catch (error) {
    const said = error.status === 401
      ? "This server asks for a token: open the page with #token=... behind its address."
      : error.message;
    put(root, h("h1", {}, "Kerata"), h("p", { class: "notice" }, said));
  }
}
start();
