// Elements, requests and streams. Nothing here makes markup out of text: what comes from data
// becomes text nodes and checked attributes.

const SVG = "http://www.w3.org/2000/svg";
// Properties that can't be given as attributes.
const LIVE = new Set(["value", "checked", "disabled", "selected", "hidden", "open", "indeterminate"]);

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) {
      if (LIVE.has(name)) element[name] = false;
      continue;
    }
    if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
    else if (name === "data") Object.assign(element.dataset, value);
    // The policy allows styles that a script sets, one by one, and no style attributes.
    else if (name === "style") for (const [k, v] of Object.entries(value)) element.style.setProperty(k, v);
    else if (name.startsWith("on") || name === "srcdoc") throw new TypeError(`${name} takes a function`);
    else if (LIVE.has(name)) element[name] = value;
    else if ((name === "href" || name === "src") && !/^([/#?]|https?:|data:image\/)/.test(value))
      throw new TypeError(`${name} leads nowhere: ${value}`);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  add(element, children);
  return element;
}

function add(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false || child === "") continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/** An HTML element: h("p", {class: "muted", onclick: press}, "text", other) . */
export const h = (tag, properties, ...children) =>
  fill(document.createElement(tag), properties, children);

/** An SVG element, in the same way. */
export const s = (tag, properties, ...children) =>
  fill(document.createElementNS(SVG, tag), properties, children);

/** Replace all that an element holds. */
export function put(element, ...children) {
  element.replaceChildren();
  add(element, children);
  return element;
}

export const $ = (selector, from = document) => from.querySelector(selector);

/** A number for people: four significant digits, or as many as are asked for. */
export function number(value, digits = 4) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  let text;
  if (Number.isInteger(value) && size < 1e9) text = value.toLocaleString("en-US");
  else if (size >= 1e7 || (size < 1e-4 && size > 0)) text = value.toExponential(Math.max(0, digits - 2));
  else {
    const after = Math.max(0, Math.min(8, digits - 1 - Math.floor(Math.log10(size || 1))));
    text = value.toLocaleString("en-US", { minimumFractionDigits: 0, maximumFractionDigits: after });
  }
  return text.replace("-", "−");
}

export const percent = (value, digits = 1) =>
  value === null || value === undefined ? "–" : `${(100 * value).toFixed(digits)}%`;

/** Seconds as people say them. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export const plural = (count, one, many = `${one}s`) =>
  `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;

export function debounced(action, milliseconds = 120) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...given), milliseconds);
  };
}

/** At most one call a frame. */
export function framed(action) {
  let asked = 0;
  return () => {
    if (!asked) asked = requestAnimationFrame(() => { asked = 0; action(); });
  };
}

/** What the server refused, in its own sentence. */
export class Refused extends Error {}

async function answer(response) {
  if (response.ok) {
    const kind = response.headers.get("content-type") ?? "";
    return kind.includes("json") ? response.json() : response.text();
  }
  const said = await response.text();
  let message = said;
  try {
    message = JSON.parse(said).error ?? said;
  } catch {
    // Plain text it is.
  }
  throw new Refused(message || `The server answered ${response.status}.`);
}

async function request(address, options) {
  let response;
  try {
    response = await fetch(address, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused("The server does not answer: is it still running?");
  }
  return answer(response);
}

export const get = (address, signal) => request(address, { signal });

export const post = (address, value = {}, method = "POST") =>
  request(address, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(value) });

/** Server-sent events while the page is seen: a hidden one closes its stream (a browser has six
 *  connections for all its tabs), a laptop that slept opens it again.
 *  live("/api/events", {epoch: (value) => ..., open: () => ..., lost: () => ...}) gives a function
 *  that ends it. */
export function live(address, handlers) {
  let source = null;
  let timer = 0;
  let ended = false;
  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };
  const open = () => {
    if (source || ended || document.hidden) return;
    source = new EventSource(typeof address === "function" ? address() : address);
    for (const [name, handle] of Object.entries(handlers)) {
      if (name === "open" || name === "lost") continue;
      source.addEventListener(name, (message) => handle(JSON.parse(message.data)));
    }
    source.onopen = () => handlers.open?.();
    source.onerror = () => {
      handlers.lost?.();
      close();
      timer = setTimeout(open, 1500);
    };
  };
  const seen = () => (document.hidden ? close() : open());
  document.addEventListener("visibilitychange", seen);
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();
  return () => {
    ended = true;
    close();
    document.removeEventListener("visibilitychange", seen);
    removeEventListener("pagehide", close);
    removeEventListener("pageshow", open);
  };
}

/** Tabs by mouse and arrow keys: tabs([["verdict", "Verdict", show], ...], {label}). `show` gets
 *  the panel, and may be called again. Gives {element, choose, chosen}. */
export function tabs(entries, { label, chosen = entries[0]?.[0], changed } = {}) {
  const panel = h("div", { role: "tabpanel", class: "stack loose", tabindex: "0" });
  const buttons = new Map();
  const bar = h("div", { class: "tabs", role: "tablist", "aria-label": label });
  const mark = Math.random().toString(36).slice(2, 8);
  panel.id = `panel-${mark}`;
  const found = {
    element: h("div", { class: "stack loose" }, bar, panel),
    panel,
    get chosen() { return chosen; },
    choose(name, quietly = false) {
      const entry = entries.find(([one]) => one === name) ?? entries[0];
      chosen = entry[0];
      for (const [one, button] of buttons) {
        button.setAttribute("aria-selected", String(one === chosen));
        button.tabIndex = one === chosen ? 0 : -1;
      }
      panel.setAttribute("aria-labelledby", `tab-${mark}-${chosen}`);
      put(panel);
      entry[2](panel);
      if (!quietly) changed?.(chosen);
    },
  };
  for (const [name, title] of entries) {
    const button = h("button", { role: "tab", type: "button", id: `tab-${mark}-${name}`,
      "aria-controls": panel.id, onclick: () => found.choose(name) }, title);
    buttons.set(name, button);
    bar.append(button);
  }
  bar.addEventListener("keydown", (press) => {
    const names = entries.map(([one]) => one);
    const place = names.indexOf(chosen);
    const to = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: names.length - 1 }[press.key];
    if (to === undefined) return;
    press.preventDefault();
    found.choose(names[(to + names.length) % names.length]);
    buttons.get(chosen).focus();
  });
  found.choose(chosen, true);
  return found;
}

/** One of a few, by mouse and keyboard: segmented([["lin", "Linear"], ...], "lin", choose). */
export function segmented(entries, chosen, choose, label) {
  const group = h("div", { class: "segmented", role: "group", "aria-label": label });
  const show = () => {
    for (const button of group.children)
      button.setAttribute("aria-pressed", String(button.dataset.name === String(chosen)));
  };
  for (const [name, title] of entries)
    group.append(h("button", { type: "button", data: { name },
      onclick: () => { chosen = name; show(); choose(name); } }, title));
  show();
  return group;
}

/** A sentence or an element in the corner that goes away by itself; read out by screen readers. */
/** Something wide, such as a table, that moves sideways where there is no room; by keys too. */
export const wide = (label, ...content) => h("div", { class: "scroll-x", tabindex: "0", role: "group", "aria-label": label }, ...content);

export function toast(text, kind = "", seconds = kind === "bad" ? 9 : 4.5) {
  let place = $(".toasts");
  if (!place) document.body.append((place = h("div", { class: "toasts", role: "status", "aria-live": "polite" })));
  const note = h("div", { class: `toast ${kind}` }, text);
  place.append(note);
  setTimeout(() => note.remove(), 1000 * seconds);
}

/** Ask in a dialog; the promise gives true for the main button, null for Escape. */
export function ask(title, content, { yes = "OK", no = "Cancel", kind = "primary" } = {}) {
  return new Promise((resolve) => {
    const form = h("form", { method: "dialog", class: "stack loose" },
      h("h2", {}, title), content,
      h("div", { class: "row", style: { "justify-content": "flex-end" } },
        no && h("button", { class: "button", type: "button", onclick: () => box.close("") }, no),
        h("button", { class: `button ${kind}`, type: "submit", value: "yes" }, yes)));
    const box = h("dialog", { "aria-label": title }, form);
    box.addEventListener("close", () => {
      box.remove();
      resolve(box.returnValue === "yes" ? true : null);
    });
    document.body.append(box);
    box.showModal();
  });
}
