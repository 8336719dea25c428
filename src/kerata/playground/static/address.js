// Settings in the page's address, so that a link shows the same network.

const LISTS = new Set(["layers", "columns"]);

/** Write what differs from the defaults: "problem=xor&layers=4,2". */
export function written(settings, defaults) {
  const found = new URLSearchParams();
  for (const [name, value] of Object.entries(settings)) {
    if (JSON.stringify(value) === JSON.stringify(defaults[name])) continue;
    if (name === "points") found.set(name, value.map((point) => point.join("_")).join("~"));
    else if (name === "columns") for (const column of value) found.append(name, column);
    else found.set(name, Array.isArray(value) ? value.join(",") : value);
  }
  return found.toString();
}

/** Read settings out of an address; what is not understood the engine refuses. */
export function read(text, defaults) {
  const found = {};
  const given = new URLSearchParams(text);
  for (const name of new Set(given.keys())) {
    if (!(name in defaults)) continue;
    const value = given.get(name);
    if (name === "points") found[name] = value ? value.split("~").map((point) => point.split("_").map(Number)) : [];
    else if (name === "columns") found[name] = given.getAll(name);
    else if (LISTS.has(name)) found[name] = value ? value.split(",").map(Number) : [];
    else found[name] = typeof defaults[name] === "number" ? Number(value) : value;
  }
  return { ...defaults, ...found };
}
