// Searching and sorting runs. A query is words that must all be there, and conditions such as
// network:mlp, accuracy>0.9, epochs<20, parameters>=1000, state:damaged.

const CONDITION = /^([\p{L}_][\p{L}\p{N}_]*)(:|>=|<=|>|<|=)(.+)$/u;

export function parsed(query) {
  const words = [];
  const conditions = [];
  for (const piece of query.trim().toLowerCase().split(/\s+/)) {
    if (!piece) continue;
    const found = CONDITION.exec(piece);
    if (found) conditions.push({ field: found[1], sign: found[2], value: found[3] });
    else words.push(piece);
  }
  return { words, conditions };
}

export function value(run, field) {
  if (field in run && typeof run[field] !== "object") return run[field];
  return run.metrics?.[field] ?? run.options?.[field];
}

function holds(run, { field, sign, value: wanted }) {
  const there = value(run, field);
  if (there === undefined || there === null) return false;
  if (sign === ":") return String(there).toLowerCase().includes(wanted);
  const number = Number(wanted);
  if (sign === "=") return Number.isNaN(number) ? String(there).toLowerCase() === wanted : Number(there) === number;
  if (Number.isNaN(number) || typeof there !== "number") return false;
  return { ">": there > number, "<": there < number, ">=": there >= number, "<=": there <= number }[sign];
}

export function matching(runs, query, state) {
  const { words, conditions } = parsed(query);
  const found = [];
  for (const run of runs) {
    if (state && run.state !== state) continue;
    if (words.every((word) => run.words.includes(word)) && conditions.every((one) => holds(run, one))) found.push(run);
  }
  return found;
}

const order = new Intl.Collator("en", { numeric: true });

/** Sorts in place: by time, name, the main figure (the best first) or any number of a run. */
export function sorted(runs, by) {
  const text = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  if (by === "made") return runs.sort((a, b) => text(b.made, a.made) || text(b.name, a.name));
  if (by === "name") return runs.sort((a, b) => order.compare(a.name, b.name));
  const worth = (run) => {
    const there = by === "best" ? run.value : value(run, by);
    if (typeof there !== "number") return Infinity;
    if (by === "best") return run.higher ? -there : there;
    return -there;
  };
  return runs.sort((a, b) => worth(a) - worth(b) || text(b.made, a.made));
}

/** What runs can be sorted by: every number that one of them has. */
export function fields(runs) {
  const found = new Set();
  for (const run of runs) {
    for (const name of Object.keys(run.metrics ?? {})) found.add(name);
    for (const [name, there] of Object.entries(run.options ?? {})) if (typeof there === "number") found.add(name);
  }
  return [...found].sort();
}
