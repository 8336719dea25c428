// A line chart on a canvas: many series, values under the pointer, log axes, zoom, smoothing with
// the raw line behind it, the best epoch marked.
//
// What is drawn is decimated: of a series with more points than the chart has columns, each column
// keeps its first, lowest, highest and last point, which gives the same pixels; of a crowd of
// series, columns are two pixels wide and keep their lowest and highest point. Lines lie on one
// canvas, the pointer's mark on another, so that hovering redraws no line.
//
//   const chart = new Chart(host, {label: "Loss", xTitle: "epoch", height: 260});
//   chart.set([{name: "a", x: [1, 2, 3], y: [0.9, 0.5, 0.4], colour: 0, best: 2}]);
//   chart.option({logY: true, smooth: 0.6});

import { framed, h, number, put } from "./dom.js";

const COLOURS = 8;
const DASHES = [[], [7, 4], [2, 3], [10, 3, 2, 3]];
const PAD = { left: 52, right: 14, top: 12, bottom: 34 };
// Series that the readout names.
const NAMED = 10;
// More series are a crowd, drawn with less.
const CROWD = 24;

export class Chart {
  /** Options: label (for screen readers), xTitle, yTitle, height, logX, logY, smooth (0 to 0.99),
   *  format (of values), whole (x is a whole number), zeroY. */
  constructor(host, options = {}) {
    this.options = { height: 260, smooth: 0, logX: false, logY: false, format: number, whole: true, ...options };
    this.series = [];
    this.window = null; // Of x, after zooming.
    this.at = null; // The pointer, in pixels.
    this.lines = h("canvas", { "aria-hidden": true });
    this.marks = h("canvas", { tabindex: "0", role: "img" });
    this.readout = h("div", { class: "readout", hidden: true });
    this.said = h("div", { class: "visually-hidden", "aria-live": "polite" });
    this.element = h("div", { class: "chart", style: { height: `${this.options.height}px` } },
      this.lines, this.marks, this.readout, this.said);
    host.append(this.element);
    this.redraw = framed(() => this.draw());
    this.remark = framed(() => this.drawMarks());
    this.watcher = new ResizeObserver(this.redraw);
    this.watcher.observe(this.element);
    this.themed = () => { this.palette = null; this.redraw(); };
    addEventListener("kerata-theme", this.themed);
    this.listen();
    this.describe();
  }

  destroy() {
    this.watcher.disconnect();
    removeEventListener("kerata-theme", this.themed);
    this.element.remove();
  }

  /** Series: {name, x, y, colour (a number), dash, best (an x), pale, wide}. Missing y are NaN. */
  set(series) {
    this.series = series.map((one, place) => prepared(one, place, this.options.smooth));
    this.describe();
    this.redraw();
  }

  option(changes) {
    const before = this.options.smooth;
    Object.assign(this.options, changes);
    if (this.options.smooth !== before)
      for (const one of this.series) one.smooth = smoothed(one.y, this.options.smooth);
    this.describe();
    this.redraw();
  }

  zoom(window) {
    this.window = window;
    this.redraw();
  }

  describe() {
    const { label = "Chart", xTitle = "" } = this.options;
    const names = this.series.slice(0, 6).map((one) => {
      const last = one.y.length ? this.options.format(one.y[one.y.length - 1]) : "no values";
      return `${one.name}: ${last} at the end`;
    });
    const more = this.series.length > 6 ? `, and ${this.series.length - 6} more` : "";
    this.marks.setAttribute("aria-label", `${label} over ${xTitle || "x"}. ${names.join("; ")}${more}. ` +
      "Arrow keys read values, plus and minus zoom, Escape shows all.");
  }

  // The window of x, the range of y, and what turns values into pixels.
  measure() {
    const { width, height } = this.element.getBoundingClientRect();
    const box = { left: PAD.left, top: PAD.top, right: Math.max(PAD.left + 10, width - PAD.right), bottom: height - PAD.bottom };
    const { logX, logY, zeroY } = this.options;
    let [low, high] = [Infinity, -Infinity];
    for (const one of this.series) {
      if (!one.x.length) continue;
      const first = logX ? one.x.find((value) => value > 0) ?? 1 : one.x[0];
      low = Math.min(low, first);
      high = Math.max(high, one.x[one.x.length - 1]);
    }
    if (!(low <= high)) [low, high] = [logX ? 1 : 0, 1];
    if (this.window) [low, high] = [Math.max(low, this.window[0]), Math.min(high, this.window[1])];
    if (low === high) [low, high] = logX ? [low / 1.5, high * 1.5] : [low - 0.5, high + 0.5];
    const x = scale(low, high, box.left, box.right, logX);
    this.view = { width, height, box, x };
    this.cutLines(box, x);
    let [bottom, top] = [Infinity, -Infinity];
    const see = (value) => {
      if (!Number.isFinite(value) || (logY && value <= 0)) return;
      if (value < bottom) bottom = value;
      if (value > top) top = value;
    };
    for (const one of this.series) for (const line of [one.cut, one.rawCut]) if (line) line.y.forEach(see);
    if (!(bottom <= top)) [bottom, top] = [logY ? 0.1 : 0, 1];
    if (zeroY && !logY) bottom = Math.min(0, bottom);
    if (logY) [bottom, top] = [bottom / 1.12, top * 1.12];
    else {
      const room = (top - bottom || Math.abs(top) || 1) * 0.06;
      [bottom, top] = [bottom === 0 ? 0 : bottom - room, top + room];
    }
    this.view.y = scale(bottom, top, box.bottom, box.top, logY);
  }

  cutLines(box, x) {
    const crowd = this.series.length > CROWD;
    const columns = Math.max(1, Math.round((box.right - box.left) / (crowd ? 2 : 1)));
    for (const one of this.series) {
      const smooth = one.smooth;
      one.cut = decimated(one.x, smooth ?? one.y, x, columns, crowd);
      // A hundred pale lines more would hide the others.
      one.rawCut = smooth && !crowd ? decimated(one.x, one.y, x, columns) : null;
    }
  }

  colours() {
    if (this.palette) return this.palette;
    const probe = h("span", { hidden: true });
    this.element.append(probe);
    const read = (name) => {
      probe.style.color = `var(${name})`;
      return getComputedStyle(probe).color;
    };
    this.palette = { ink: read("--ink"), soft: read("--soft"), line: read("--line"), paper: read("--paper"), accent: read("--accent"), series: [] };
    for (let place = 1; place <= COLOURS; place += 1) this.palette.series.push(read(`--series-${place}`));
    probe.remove();
    this.palette.font = `12px ${getComputedStyle(this.element).fontFamily}`;
    return this.palette;
  }

  brush(one) {
    const colours = this.colours().series;
    return { colour: colours[one.colour % COLOURS], dash: DASHES[one.dash ?? Math.floor(one.colour / COLOURS) % DASHES.length] };
  }

  draw() {
    const began = performance.now();
    this.measure();
    const { width, height, box, x, y } = this.view;
    if (!width) return;
    const pen = sized(this.lines, width, height);
    const colours = this.colours();
    pen.font = colours.font;
    this.drawAxes(pen, box, x, y, colours);
    pen.save();
    pen.beginPath();
    pen.rect(box.left - 6, box.top - 6, box.right - box.left + 12, box.bottom - box.top + 12);
    pen.clip();
    pen.lineJoin = "round";
    const crowd = this.series.length > CROWD;
    for (const one of this.series) {
      const { colour, dash } = this.brush(one);
      pen.strokeStyle = colour;
      if (one.rawCut) {
        pen.globalAlpha = 0.38;
        pen.lineWidth = 1;
        stroke(pen, one.rawCut, x, y);
      }
      pen.globalAlpha = one.pale ? 0.45 : 1;
      pen.lineWidth = one.wide ? 2.4 : crowd ? 1 : 1.6;
      if (!crowd) pen.setLineDash(dash);
      stroke(pen, one.cut, x, y);
      pen.setLineDash([]);
    }
    pen.globalAlpha = 1;
    for (const one of this.series) if (one.best !== undefined && one.best !== null) this.drawBest(pen, one, x, y, colours);
    pen.restore();
    this.drawMarks();
    this.milliseconds = performance.now() - began;
  }

  drawAxes(pen, box, x, y, colours) {
    pen.lineWidth = 1;
    pen.textBaseline = "middle";
    pen.textAlign = "right";
    const rows = ticks(y, Math.max(3, (box.bottom - box.top) / 40), false);
    const digits = rows.map((value) => plain(value, rows));
    rows.forEach((value, place) => {
      const at = Math.round(y.of(value)) + 0.5;
      pen.strokeStyle = colours.line;
      line(pen, box.left, at, box.right, at);
      pen.fillStyle = colours.soft;
      pen.fillText(digits[place], box.left - 8, at);
    });
    pen.textBaseline = "top";
    pen.textAlign = "center";
    const columns = ticks(x, Math.max(4, (box.right - box.left) / 80), this.options.whole);
    for (const value of columns) {
      const at = Math.round(x.of(value)) + 0.5;
      pen.fillText(plain(value, columns), Math.min(Math.max(at, box.left + 4), box.right - 4), box.bottom + 7);
    }
    if (this.options.xTitle) {
      pen.textAlign = "right";
      pen.fillText(this.options.xTitle, box.right, box.bottom + 20);
    }
    if (!this.series.some((one) => one.x.length)) {
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.fillText(this.options.empty ?? "No values yet", (box.left + box.right) / 2, (box.top + box.bottom) / 2);
    }
  }

  drawBest(pen, one, x, y, colours) {
    const place = nearest(one.x, one.best);
    if (place < 0) return;
    const value = (one.smooth ?? one.y)[place];
    if (!Number.isFinite(value)) return;
    const { colour } = this.brush(one);
    pen.beginPath();
    pen.arc(x.of(one.x[place]), y.of(value), 4.5, 0, 7);
    pen.fillStyle = colours.paper;
    pen.fill();
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.stroke();
  }

  drawMarks() {
    if (!this.view?.width) return;
    const { width, height, box, x, y } = this.view;
    const pen = sized(this.marks, width, height);
    const colours = this.colours();
    if (this.drag) {
      pen.fillStyle = colours.accent;
      pen.globalAlpha = 0.14;
      pen.fillRect(Math.min(this.drag.from, this.drag.to), box.top, Math.abs(this.drag.to - this.drag.from), box.bottom - box.top);
      pen.globalAlpha = 1;
    }
    const found = this.at && !this.drag ? this.values(this.at.x) : null;
    if (!found?.values.length) {
      this.readout.hidden = true;
      return;
    }
    const at = Math.round(x.of(found.x)) + 0.5;
    pen.strokeStyle = colours.soft;
    pen.lineWidth = 1;
    line(pen, at, box.top, at, box.bottom);
    const height_of = (entry) => y.of(entry.value);
    found.values.sort((a, b) => height_of(a) - height_of(b));
    let shown = found.values;
    if (shown.length > NAMED) {
      const near = [...shown].sort((a, b) => Math.abs(height_of(a) - this.at.y) - Math.abs(height_of(b) - this.at.y)).slice(0, NAMED);
      shown = shown.filter((entry) => near.includes(entry));
    }
    for (const { one, value } of shown) {
      pen.beginPath();
      pen.arc(x.of(found.x), y.of(value), 3, 0, 7);
      pen.fillStyle = this.brush(one).colour;
      pen.fill();
    }
    this.showReadout(found, shown, at);
  }

  showReadout(found, shown, at) {
    const title = `${this.options.xTitle ?? "x"} ${number(found.x)}`;
    const more = found.values.length - shown.length;
    put(this.readout, h("div", { class: "muted" }, title),
      shown.map(({ one, value, raw }) => h("div", {},
        h("i", { style: { "border-color": this.brush(one).colour, "border-top-style": this.brush(one).dash.length ? "dashed" : "solid" } }),
        h("span", { class: "cut" }, one.name),
        h("b", {}, this.options.format(value)),
        raw !== undefined && h("span", { class: "muted" }, `raw ${this.options.format(raw)}`))),
      more > 0 && h("div", { class: "muted" }, `${more} more`));
    this.readout.hidden = false;
    const size = this.readout.getBoundingClientRect();
    const { width, height } = this.view;
    const left = at + 14 + size.width < width ? at + 14 : Math.max(0, at - 14 - size.width);
    this.readout.style.left = `${left}px`;
    this.readout.style.top = `${Math.min(Math.max(4, this.at.y - size.height / 2), Math.max(4, height - size.height - 4))}px`;
  }

  // The point of each series that is nearest to a pixel, all at one x.
  values(pixel) {
    const { x } = this.view;
    const wanted = x.back(pixel);
    let best = null;
    for (const one of this.series) {
      const place = nearest(one.x, wanted);
      if (place >= 0 && (best === null || Math.abs(one.x[place] - wanted) < Math.abs(best - wanted))) best = one.x[place];
    }
    if (best === null) return null;
    const values = [];
    for (const one of this.series) {
      const place = nearest(one.x, best);
      if (place < 0 || one.x[place] !== best) continue;
      const raw = one.y[place];
      const value = one.smooth ? one.smooth[place] : raw;
      if (Number.isFinite(value)) values.push({ one, value, raw: one.smooth ? raw : undefined });
    }
    return { x: best, values };
  }

  listen() {
    const canvas = this.marks;
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    canvas.addEventListener("pointermove", (event) => {
      this.at = place(event);
      if (this.drag) this.drag.to = this.inside(this.at.x);
      this.remark();
    });
    canvas.addEventListener("pointerleave", () => {
      if (!this.drag) this.at = null;
      this.remark();
    });
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || event.pointerType === "touch" || !this.view) return;
      const from = this.inside(place(event).x);
      this.drag = { from, to: from };
      canvas.setPointerCapture(event.pointerId);
    });
    const release = (event) => {
      const drag = this.drag;
      this.drag = null;
      if (drag && event.type === "pointerup" && Math.abs(drag.to - drag.from) > 6) {
        const { x } = this.view;
        this.zoom([x.back(Math.min(drag.from, drag.to)), x.back(Math.max(drag.from, drag.to))]);
      }
      this.remark();
    };
    canvas.addEventListener("pointerup", release);
    canvas.addEventListener("pointercancel", release);
    canvas.addEventListener("dblclick", () => this.zoom(null));
    canvas.addEventListener("blur", () => { this.at = null; this.remark(); });
    canvas.addEventListener("keydown", (event) => this.press(event));
  }

  inside(pixel) {
    const { box } = this.view;
    return Math.min(Math.max(pixel, box.left), box.right);
  }

  press(event) {
    if (!this.view) return;
    const { box, x } = this.view;
    const middle = this.at ?? { x: box.left, y: (box.top + box.bottom) / 2 };
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      const step = event.key === "ArrowLeft" ? -1 : 1;
      const here = this.values(middle.x);
      const longest = this.series.reduce((a, b) => (b.x.length > (a?.x.length ?? 0) ? b : a), null);
      if (!here || !longest) return;
      const at = nearest(longest.x, here.x) + (this.at ? step * (event.shiftKey ? 10 : 1) : 0);
      const value = longest.x[Math.min(Math.max(at, 0), longest.x.length - 1)];
      this.at = { x: x.of(value), y: middle.y };
      const read = this.values(this.at.x);
      this.said.textContent = `${this.options.xTitle ?? "x"} ${number(read.x)}: ` +
        read.values.slice(0, NAMED).map(({ one, value: v }) => `${one.name} ${this.options.format(v)}`).join(", ");
      this.remark();
    } else if (event.key === "+" || event.key === "-") {
      const factor = event.key === "+" ? 0.5 : 2;
      const [low, high] = [box.left, box.right].map((edge) => middle.x + (edge - middle.x) * factor);
      this.zoom(event.key === "-" && !this.window ? null : [x.back(low), x.back(high)]);
    } else if (event.key === "Escape" || event.key === "0") {
      this.zoom(null);
    } else return;
    event.preventDefault();
  }
}

function prepared(one, place, smooth) {
  const x = Float64Array.from(one.x);
  const y = Float64Array.from(one.y, (value) => (value === null || value === undefined ? NaN : value));
  return { ...one, x, y, colour: one.colour ?? place, smooth: smoothed(y, smooth) };
}

/** An exponential moving average that does not lean to 0 at its beginning; null for none. */
export function smoothed(values, weight) {
  if (!weight) return null;
  const found = new Float64Array(values.length);
  let sum = 0;
  let total = 0;
  for (let place = 0; place < values.length; place += 1) {
    const value = values[place];
    if (Number.isFinite(value)) {
      sum = weight * sum + (1 - weight) * value;
      total = weight * total + (1 - weight);
    }
    found[place] = Number.isFinite(value) ? sum / total : NaN;
  }
  return found;
}

/** The points of a line that its pixels need: first, lowest, highest, last of each column; of a
 *  crowd the lowest and highest. */
export function decimated(x, y, scaling, columns, crowd = false) {
  const [from, to] = [Math.max(0, above(x, scaling.low) - 1), Math.min(x.length, above(x, scaling.high) + 1)];
  const each = crowd ? 2 : 4;
  if (to - from <= each * columns) return { x: x.subarray(from, to), y: y.subarray(from, to) };
  const [xs, ys] = [new Float64Array(each * (columns + 2)), new Float64Array(each * (columns + 2))];
  let kept = 0;
  let start = from;
  const first = scaling.of(scaling.low);
  const wide = (scaling.of(scaling.high) - first) / columns;
  const keep = (place) => {
    xs[kept] = x[place];
    ys[kept] = y[place];
    kept += 1;
  };
  for (let column = 1; start < to && column <= columns + 1; column += 1) {
    // Where a column ends is found by its edge, so that no point needs a logarithm.
    const end = column > columns ? to : Math.min(to, above(x, scaling.back(first + column * wide), start));
    if (end <= start) continue;
    let [low, high] = [start, start];
    let [least, most] = [y[start], y[start]];
    for (let place = start + 1; place < end; place += 1) {
      const value = y[place];
      if (!(value >= least)) [low, least] = [place, value];
      else if (value > most) [high, most] = [place, value];
    }
    const [one, other] = low < high ? [low, high] : [high, low];
    if (!crowd && start < one) keep(start);
    keep(one);
    if (other > one) keep(other);
    if (!crowd && end - 1 > other) keep(end - 1);
    start = end;
  }
  return { x: xs.subarray(0, kept), y: ys.subarray(0, kept) };
}

/** The first place whose value is above one. */
function above(x, value, from = 0) {
  let [low, high] = [from, x.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

function nearest(x, value) {
  if (!x.length) return -1;
  const place = above(x, value);
  if (place === 0) return 0;
  if (place === x.length) return place - 1;
  return value - x[place - 1] <= x[place] - value ? place - 1 : place;
}

function scale(low, high, from, to, log) {
  const turn = log ? Math.log10 : (value) => value;
  const [a, b] = [turn(low), turn(high)];
  const factor = (to - from) / (b - a);
  return {
    low, high, log,
    of: (value) => from + (turn(value) - a) * factor,
    back: (pixel) => {
      const value = a + (pixel - from) / factor;
      return log ? 10 ** value : value;
    },
  };
}

/** Round values to write beside an axis: 1, 2 or 5 times a power of ten. */
export function ticks({ low, high, log }, wanted, whole) {
  const found = [];
  if (log && high / low > 8) {
    const decades = Math.log10(high / low);
    const steps = decades > wanted * 0.8 ? [1] : decades > wanted / 3 ? [1, 3] : [1, 2, 5];
    const skip = Math.max(1, Math.ceil(decades / wanted));
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += skip)
      for (const step of steps) {
        const value = step * 10 ** power;
        if (value >= low && value <= high) found.push(Number(value.toPrecision(3)));
      }
    if (found.length > 1) return found;
    found.length = 0;
  }
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  let step = [1, 2, 5, 10].find((factor) => factor * power >= rough) * power;
  if (whole) step = Math.max(1, Math.round(step));
  for (let place = Math.ceil(low / step); place <= Math.floor(high / step + 1e-9); place += 1) found.push(Number((place * step).toPrecision(12)));
  return found;
}

// As many digits as tell the values beside an axis apart.
function plain(value, all) {
  const most = Math.max(...all.map(Math.abs));
  if (most >= 1e6 || (most < 1e-3 && most > 0)) return value === 0 ? "0" : value.toExponential().replace("e+", "e").replace("-", "−");
  return value.toLocaleString("en-US", { maximumFractionDigits: 8 }).replace("-", "−");
}

function sized(canvas, width, height) {
  const ratio = devicePixelRatio || 1;
  const [w, t] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== t) [canvas.width, canvas.height] = [w, t];
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}

function line(pen, x0, y0, x1, y1) {
  pen.beginPath();
  pen.moveTo(x0, y0);
  pen.lineTo(x1, y1);
  pen.stroke();
}

function stroke(pen, points, x, y) {
  pen.beginPath();
  let down = false;
  let alone = null;
  const dot = () => {
    // A point between gaps would be no line at all.
    if (alone) pen.rect(alone[0] - 0.75, alone[1] - 0.75, 1.5, 1.5);
  };
  for (let place = 0; place < points.x.length; place += 1) {
    const value = points.y[place];
    if (!Number.isFinite(value) || (y.log && value <= 0) || (x.log && points.x[place] <= 0)) {
      dot();
      [down, alone] = [false, null];
      continue;
    }
    const [a, b] = [x.of(points.x[place]), y.of(value)];
    if (down) {
      pen.lineTo(a, b);
      alone = null;
    } else {
      pen.moveTo(a, b);
      alone = [a, b];
    }
    down = true;
  }
  dot();
  pen.stroke();
}

/** A small line without axes, as an SVG path's numbers: sparkline([3, 2, 1], 80, 20). */
export function sparkline(values, width, height, pad = 2) {
  const finite = values.filter(Number.isFinite);
  if (!finite.length) return "";
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const step = (width - 2 * pad) / Math.max(1, values.length - 1);
  const up = (height - 2 * pad) / (high - low || 1);
  let path = "";
  let down = false;
  values.forEach((value, place) => {
    if (!Number.isFinite(value)) {
      down = false;
      return;
    }
    const [a, b] = [pad + place * step, high === low ? height / 2 : height - pad - (value - low) * up];
    path += `${down ? "L" : "M"}${a.toFixed(1)} ${b.toFixed(1)}`;
    down = true;
  });
  return path;
}
