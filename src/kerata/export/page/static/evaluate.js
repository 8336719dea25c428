// Runs an exported graph: operators of ONNX on typed arrays, as many as exported runs consist of.
// A tensor is {type, dims, data}; types are ONNX's numbers. 64-bit integers lie in doubles, which
// hold all sizes and positions exactly.

const FLOAT = 1, BYTE = 2, INT32 = 6, INT64 = 7, STRING = 8, BOOL = 9, DOUBLE = 11;
const ARRAYS = { [FLOAT]: Float32Array, [BYTE]: Uint8Array, [INT32]: Int32Array,
  [INT64]: Float64Array, [STRING]: Array, [BOOL]: Uint8Array, [DOUBLE]: Float64Array };

const sizeOf = (dims) => dims.reduce((product, size) => product * size, 1);
const room = (type, dims) => new ARRAYS[type](sizeOf(dims));
const tensor = (type, dims, data) => ({ type, dims, data });
const whole = (type) => type === INT64 || type === INT32 || type === BYTE || type === BOOL;
const axisOf = (axis, rank) => (axis < 0 ? axis + rank : axis);
const numbers = (given) => (given ? Array.from(given.data) : null);

function strides(dims) {
  const steps = new Array(dims.length);
  let step = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    steps[axis] = step;
    step *= dims[axis];
  }
  return steps;
}

function commonDims(one, two) {
  const rank = Math.max(one.length, two.length);
  return Array.from({ length: rank }, (_, axis) => {
    const a = one[axis - rank + one.length] ?? 1;
    const b = two[axis - rank + two.length] ?? 1;
    if (a !== b && a !== 1 && b !== 1) throw new Error(`Sizes ${one} and ${two} don't go together.`);
    return a === 1 ? b : a;
  });
}

/** For each place of the larger array, the place that it has in the smaller one. */
function places(dims, larger) {
  const steps = strides(dims);
  const lead = larger.length - dims.length;
  const moves = larger.map((_, axis) => (axis < lead || dims[axis - lead] === 1 ? 0 : steps[axis - lead]));
  return walk(larger, moves, 0);
}

/** The places that a walk over all positions meets, where each axis moves by a step of its own. */
function walk(dims, moves, start) {
  const found = new Int32Array(sizeOf(dims));
  if (!found.length) return found;
  const at = new Array(dims.length).fill(0);
  let place = start;
  for (let count = 0; ; count++) {
    found[count] = place;
    let axis = dims.length - 1;
    for (; axis >= 0; axis--) {
      place += moves[axis];
      if (++at[axis] < dims[axis]) break;
      place -= moves[axis] * dims[axis];
      at[axis] = 0;
    }
    if (axis < 0) return found;
  }
}

function taken(x, dims, from) {
  const data = room(x.type, dims);
  for (let place = 0; place < from.length; place++) data[place] = x.data[from[place]];
  return tensor(x.type, dims, data);
}

const unary = (formula, type) => ([x]) => {
  const data = room(type ?? x.type, x.dims);
  for (let place = 0; place < data.length; place++) data[place] = formula(x.data[place]);
  return [tensor(type ?? x.type, x.dims, data)];
};

function combined(a, b, formula, type) {
  const dims = commonDims(a.dims, b.dims);
  const data = room(type, dims);
  const same = (x) => sizeOf(x.dims) === data.length;
  if (same(a) && same(b)) {
    for (let place = 0; place < data.length; place++) data[place] = formula(a.data[place], b.data[place]);
  } else {
    const left = places(a.dims, dims), right = places(b.dims, dims);
    for (let place = 0; place < data.length; place++)
      data[place] = formula(a.data[left[place]], b.data[right[place]]);
  }
  return tensor(type, dims, data);
}

const binary = (formula, type) => ([a, b]) => [combined(a, b, formula, type ?? a.type)];
const several = (formula) => (given) =>
  [given.slice(1).reduce((a, b) => combined(a, b, formula, a.type), given[0])];

// What is not a number stays so, as in ONNX.
const larger = (a, b) => (a > b || Number.isNaN(a) ? a : b);
const smaller = (a, b) => (a < b || Number.isNaN(a) ? a : b);

function halfToEven(value) {
  const down = Math.floor(value);
  const rest = value - down;
  if (rest !== 0.5) return Math.round(value);
  return down % 2 === 0 ? down : down + 1;
}

/** The error function: Taylor's series near 0, a continued fraction far from it. */
function erf(x) {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size < 2.5) {
    let term = x, sum = x;
    for (let n = 1; n < 60; n++) {
      term *= (-x * x) / n;
      const next = term / (2 * n + 1);
      sum += next;
      if (Math.abs(next) < 1e-17) break;
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (size + fraction);
  return Math.sign(x) * (1 - Math.exp(-x * x) / Math.sqrt(Math.PI) / (size + fraction));
}

const reduced = (formula, start, end = (total) => total) => ([x, given], { keepdims = 1, noop_with_empty_axes = 0 }) => {
  const rank = x.dims.length;
  const asked = numbers(given);
  if (!asked?.length && noop_with_empty_axes) return [x];
  const axes = new Set((asked?.length ? asked : x.dims.map((_, axis) => axis)).map((axis) => axisOf(axis, rank)));
  const left = x.dims.map((size, axis) => (axes.has(axis) ? 1 : size));
  const steps = strides(left);
  const to = walk(x.dims, left.map((size, axis) => (axes.has(axis) ? 0 : steps[axis])), 0);
  const sums = new Float64Array(sizeOf(left)).fill(start);
  for (let place = 0; place < to.length; place++) sums[to[place]] = formula(sums[to[place]], x.data[place]);
  const count = x.data.length / Math.max(1, sums.length);
  const dims = keepdims ? left : left.filter((_, axis) => !axes.has(axis));
  const data = room(x.type, dims);
  for (let place = 0; place < data.length; place++) data[place] = end(sums[place], count);
  return [tensor(x.type, dims, data)];
};

function matmul([a, b]) {
  const flatA = a.dims.length === 1 ? [1, ...a.dims] : a.dims;
  const flatB = b.dims.length === 1 ? [...b.dims, 1] : b.dims;
  const [rows, inner] = flatA.slice(-2);
  const columns = flatB[flatB.length - 1];
  const batch = commonDims(flatA.slice(0, -2), flatB.slice(0, -2));
  const fromA = places(flatA.slice(0, -2), batch), fromB = places(flatB.slice(0, -2), batch);
  const data = room(a.type, [...batch, rows, columns]);
  const sums = new Float64Array(columns);
  for (let one = 0; one < fromA.length; one++) {
    const startA = fromA[one] * rows * inner, startB = fromB[one] * inner * columns;
    for (let row = 0; row < rows; row++) {
      sums.fill(0);
      for (let k = 0; k < inner; k++) {
        const factor = a.data[startA + row * inner + k];
        if (factor === 0) continue;
        const start = startB + k * columns;
        for (let column = 0; column < columns; column++) sums[column] += factor * b.data[start + column];
      }
      data.set(sums, (one * rows + row) * columns);
    }
  }
  const dims = [...batch];
  if (a.dims.length > 1) dims.push(rows);
  if (b.dims.length > 1) dims.push(columns);
  return [tensor(a.type, dims, data)];
}

/** Where a window's places are along one axis: an array for each output, -1 outside. */
function windows(size, kernel, step, hole, before, after, up = false) {
  const reach = (kernel - 1) * hole + 1;
  const room_ = size + before + after - reach;
  let count = Math.floor(room_ / step) + 1;
  if (up && room_ % step) {
    count += 1;
    // A last window that begins in the padding behind is left out.
    if ((count - 1) * step >= size + before) count -= 1;
  }
  return Array.from({ length: Math.max(0, count) }, (_, out) =>
    Array.from({ length: kernel }, (_, tap) => {
      const place = out * step + tap * hole - before;
      return place >= 0 && place < size ? place : -1;
    }));
}

/** Two spatial axes, also where there is one. */
function flat2(dims) {
  if (dims.length === 4) return dims;
  if (dims.length === 3) return [dims[0], dims[1], 1, dims[2]];
  throw new Error("Three spatial axes are not drawn on a page.");
}

function spatial(attributes, rank, kernel) {
  const { strides: step = [], dilations = [], pads = [] } = attributes;
  const one = rank === 3;
  const pair = (values, fill) => (one ? [fill, values[0] ?? fill] : [values[0] ?? fill, values[1] ?? fill]);
  const half = pads.length / 2;
  return { step: pair(step, 1), hole: pair(dilations, 1), before: pair(pads.slice(0, half), 0),
    after: pair(pads.slice(half), 0), kernel: pair(kernel, 1) };
}

function conv([x, kernel, bias], attributes) {
  const rank = x.dims.length;
  const group = attributes.group ?? 1;
  const { step, hole, before, after, kernel: size } = spatial(attributes, rank, kernel.dims.slice(2));
  const [count, channels, height, width] = flat2(x.dims);
  const filters = kernel.dims[0], mine = channels / group, each = filters / group;
  const down = windows(height, size[0], step[0], hole[0], before[0], after[0]);
  const across = windows(width, size[1], step[1], hole[1], before[1], after[1]);
  const out = rank === 3 ? [count, filters, across.length] : [count, filters, down.length, across.length];
  const data = room(x.type, out);
  const taps = size[0] * size[1], plane = height * width, outPlane = down.length * across.length;
  const sums = new Float64Array(outPlane);
  for (let image = 0; image < count; image++)
    for (let filter = 0; filter < filters; filter++) {
      sums.fill(bias ? bias.data[filter] : 0);
      const first = Math.floor(filter / each) * mine;
      for (let channel = 0; channel < mine; channel++) {
        const from = (image * channels + first + channel) * plane;
        const weights = (filter * mine + channel) * taps;
        for (let ky = 0; ky < size[0]; ky++)
          for (let kx = 0; kx < size[1]; kx++) {
            const weight = kernel.data[weights + ky * size[1] + kx];
            for (let y = 0; y < down.length; y++) {
              const row = down[y][ky];
              if (row < 0) continue;
              const start = from + row * width, into = y * across.length;
              for (let z = 0; z < across.length; z++) {
                const column = across[z][kx];
                if (column >= 0) sums[into + z] += weight * x.data[start + column];
              }
            }
          }
      }
      data.set(sums, (image * filters + filter) * outPlane);
    }
  return [tensor(x.type, out, data)];
}

const pooled = (average) => ([x], attributes) => {
  const rank = x.dims.length;
  const { step, hole, before, after, kernel: size } = spatial(attributes, rank, attributes.kernel_shape);
  const up = Boolean(attributes.ceil_mode);
  const [count, channels, height, width] = flat2(x.dims);
  const down = windows(height, size[0], step[0], hole[0], before[0], after[0], up);
  const across = windows(width, size[1], step[1], hole[1], before[1], after[1], up);
  const out = rank === 3 ? [count, channels, across.length] : [count, channels, down.length, across.length];
  const data = room(x.type, out);
  let into = 0;
  for (let plane = 0; plane < count * channels; plane++)
    for (const rows of down)
      for (const columns of across) {
        let total = average ? 0 : -Infinity, seen = 0;
        for (const row of rows)
          for (const column of columns) {
            if (row < 0 || column < 0) continue;
            const value = x.data[plane * height * width + row * width + column];
            total = average ? total + value : larger(total, value);
            seen += 1;
          }
        const all = attributes.count_include_pad ? size[0] * size[1] : seen;
        data[into++] = average ? total / all : total;
      }
  return [tensor(x.type, out, data)];
};

function cast([x], { to }) {
  const data = room(to, x.dims);
  const text = x.type === STRING;
  for (let place = 0; place < data.length; place++) {
    const value = x.data[place];
    if (to === STRING) data[place] = String(value);
    else if (to === BOOL) data[place] = text ? Number(value !== "") : Number(value !== 0);
    else {
      const known = text ? Number(value.trim() === "" ? NaN : value) : value;
      data[place] = whole(to) ? Math.trunc(known) : known;
    }
  }
  return [tensor(to, x.dims, data)];
}

function concat(given, { axis }) {
  const rank = given[0].dims.length;
  const along = axisOf(axis, rank);
  const dims = [...given[0].dims];
  dims[along] = given.reduce((sum, one) => sum + one.dims[along], 0);
  const data = room(given[0].type, dims);
  const inner = sizeOf(dims.slice(along + 1)), outer = sizeOf(dims.slice(0, along));
  let start = 0;
  for (const one of given) {
    const block = one.dims[along] * inner;
    for (let row = 0; row < outer; row++)
      for (let place = 0; place < block; place++)
        data[row * dims[along] * inner + start + place] = one.data[row * block + place];
    start += block;
  }
  return [tensor(given[0].type, dims, data)];
}

function gather([x, indices], { axis = 0 }) {
  const along = axisOf(axis, x.dims.length);
  const dims = [...x.dims.slice(0, along), ...indices.dims, ...x.dims.slice(along + 1)];
  const inner = sizeOf(x.dims.slice(along + 1)), outer = sizeOf(x.dims.slice(0, along));
  const size = x.dims[along];
  const data = room(x.type, dims);
  let into = 0;
  for (let row = 0; row < outer; row++)
    for (let one = 0; one < indices.data.length; one++) {
      const start = (row * size + axisOf(indices.data[one], size)) * inner;
      for (let place = 0; place < inner; place++) data[into++] = x.data[start + place];
    }
  return [tensor(x.type, dims, data)];
}

function gatherElements([x, indices], { axis = 0 }) {
  const along = axisOf(axis, x.dims.length);
  const steps = strides(x.dims);
  const start = walk(indices.dims, steps.map((step, one) => (one === along ? 0 : step)), 0);
  const from = start.map((place, one) => place + axisOf(indices.data[one], x.dims[along]) * steps[along]);
  return [taken(x, indices.dims, from)];
}

function reshape([x, shape], { allowzero = 0 }) {
  const dims = numbers(shape).map((size, axis) => (size === 0 && !allowzero ? x.dims[axis] : size));
  const open = dims.indexOf(-1);
  if (open >= 0) {
    const rest = sizeOf(dims.filter((_, axis) => axis !== open));
    dims[open] = rest ? x.data.length / rest : 0;
  }
  return [tensor(x.type, dims, x.data)];
}

function slice([x, starts, ends, axes, steps]) {
  const moves = strides(x.dims);
  const dims = [...x.dims], walks = [...moves];
  let begin = 0;
  const which = numbers(axes) ?? starts.data.map?.((_, axis) => axis);
  Array.from(which).forEach((given, one) => {
    const axis = axisOf(given, x.dims.length), size = x.dims[axis];
    const step = steps ? steps.data[one] : 1;
    const inside = (value, low, high) => Math.min(high, Math.max(low, value < 0 ? value + size : value));
    const from = inside(starts.data[one], 0, step > 0 ? size : size - 1);
    const to = step > 0 ? inside(ends.data[one], 0, size)
      : ends.data[one] < -size ? -1 : inside(ends.data[one], -1, size - 1);
    dims[axis] = Math.max(0, Math.ceil((to - from) / step));
    walks[axis] = step * moves[axis];
    begin += from * moves[axis];
  });
  return [taken(x, dims, walk(dims, walks, begin))];
}

function transpose([x], { perm }) {
  const order = perm ?? x.dims.map((_, axis) => x.dims.length - 1 - axis);
  const steps = strides(x.dims);
  const dims = order.map((axis) => x.dims[axis]);
  return [taken(x, dims, walk(dims, order.map((axis) => steps[axis]), 0))];
}

function squeezed([x, axes]) {
  const gone = new Set((numbers(axes) ?? x.dims.map((size, axis) => (size === 1 ? axis : -99))).map((axis) => axisOf(axis, x.dims.length)));
  return [tensor(x.type, x.dims.filter((_, axis) => !gone.has(axis)), x.data)];
}

function unsqueezed([x, axes]) {
  const rank = x.dims.length + axes.data.length;
  const added = new Set(numbers(axes).map((axis) => axisOf(axis, rank)));
  const left = [...x.dims];
  return [tensor(x.type, Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : left.shift())), x.data)];
}

function where([test, yes, no]) {
  const dims = commonDims(commonDims(test.dims, yes.dims), no.dims);
  const [a, b, c] = [test, yes, no].map((one) => places(one.dims, dims));
  const data = room(yes.type, dims);
  for (let place = 0; place < data.length; place++)
    data[place] = test.data[a[place]] ? yes.data[b[place]] : no.data[c[place]];
  return [tensor(yes.type, dims, data)];
}

function argmax([x], { axis = 0, keepdims = 1, select_last_index = 0 }) {
  const along = axisOf(axis, x.dims.length);
  const inner = sizeOf(x.dims.slice(along + 1)), size = x.dims[along];
  const dims = keepdims ? x.dims.map((one, at) => (at === along ? 1 : one)) : x.dims.filter((_, at) => at !== along);
  const data = room(INT64, dims);
  for (let place = 0; place < data.length; place++) {
    const start = Math.floor(place / inner) * size * inner + (place % inner);
    for (let one = 1; one < size; one++) {
      const value = x.data[start + one * inner], best = x.data[start + data[place] * inner];
      if (value > best || (select_last_index && value === best)) data[place] = one;
    }
  }
  return [tensor(INT64, dims, data)];
}

function padded([x, pads, fill, axes], { mode = "constant" }) {
  if (mode !== "constant") throw new Error(`Padding '${mode}' is not drawn on a page.`);
  const rank = x.dims.length;
  const which = numbers(axes)?.map((axis) => axisOf(axis, rank)) ?? x.dims.map((_, axis) => axis);
  const before = new Array(rank).fill(0), after = new Array(rank).fill(0);
  which.forEach((axis, one) => {
    before[axis] = pads.data[one];
    after[axis] = pads.data[one + which.length];
  });
  const dims = x.dims.map((size, axis) => size + before[axis] + after[axis]);
  const data = room(x.type, dims).fill(fill?.data[0] ?? 0);
  const steps = strides(dims);
  const inner = x.dims.map((size, axis) => size + Math.min(0, before[axis]) + Math.min(0, after[axis]));
  const from = walk(inner, strides(x.dims), before.reduce((sum, one, axis) => sum + Math.max(0, -one) * strides(x.dims)[axis], 0));
  const to = walk(inner, steps, before.reduce((sum, one, axis) => sum + Math.max(0, one) * steps[axis], 0));
  for (let place = 0; place < from.length; place++) data[to[place]] = x.data[from[place]];
  return [tensor(x.type, dims, data)];
}

function splitUp([x, sizes], { axis = 0, num_outputs }) {
  const along = axisOf(axis, x.dims.length);
  const size = x.dims[along];
  const each = Math.ceil(size / num_outputs);
  const parts = numbers(sizes) ?? Array.from({ length: num_outputs }, (_, one) => Math.min(each, size - one * each));
  const steps = strides(x.dims);
  let start = 0;
  return parts.map((count) => {
    const dims = x.dims.map((one, at) => (at === along ? count : one));
    const part = taken(x, dims, walk(dims, steps, start * steps[along]));
    start += count;
    return part;
  });
}

function running([x, axis], { exclusive = 0, reverse = 0 }) {
  const along = axisOf(axis.data[0], x.dims.length);
  const inner = sizeOf(x.dims.slice(along + 1)), size = x.dims[along];
  const data = room(x.type, x.dims);
  for (let start = 0; start < x.data.length; start += size * inner)
    for (let place = 0; place < inner; place++) {
      let total = 0;
      for (let step = 0; step < size; step++) {
        const at = start + place + (reverse ? size - 1 - step : step) * inner;
        if (exclusive) data[at] = total;
        total += x.data[at];
        if (!exclusive) data[at] = total;
      }
    }
  return [tensor(x.type, x.dims, data)];
}

function tiled([x, repeats]) {
  const dims = x.dims.map((size, axis) => size * repeats.data[axis]);
  const steps = strides(x.dims), out = strides(dims);
  const from = new Int32Array(sizeOf(dims));
  for (let place = 0; place < from.length; place++) {
    let rest = place;
    for (let axis = 0; axis < dims.length; axis++) {
      from[place] += (Math.floor(rest / out[axis]) % x.dims[axis]) * steps[axis];
      rest %= out[axis];
    }
  }
  return [taken(x, dims, from)];
}

function scan(given, { body, num_scan_inputs, scan_input_axes, scan_input_directions = [], scan_output_axes, scan_output_directions = [] }, run) {
  if ([...(scan_input_axes ?? []), ...(scan_output_axes ?? [])].some(Boolean)) throw new Error("Scan over another axis than the first.");
  const count = given.length - num_scan_inputs;
  let state = given.slice(0, count);
  const rows = given.slice(count);
  const steps = rows[0].dims[0];
  const collected = [];
  for (let step = 0; step < steps; step++) {
    const now = rows.map((x, one) => {
      const size = sizeOf(x.dims.slice(1));
      const at = scan_input_directions[one] ? steps - 1 - step : step;
      return tensor(x.type, x.dims.slice(1), x.data.slice(at * size, (at + 1) * size));
    });
    const found = run(body, [...state, ...now]);
    state = found.slice(0, count);
    collected.push(found.slice(count));
  }
  const outputs = (collected[0] ?? []).map((first, one) => {
    const values = collected.map((row) => row[one]);
    if (scan_output_directions[one]) values.reverse();
    const rows_ = values.map((x) => tensor(x.type, [1, ...x.dims], x.data));
    return concat(rows_, { axis: 0 })[0];
  });
  return [...state, ...outputs];
}

// Texts ------------------------------------------------------------------------------------------

const asPattern = (text) => text.replaceAll("(?i)", "");
const expression = (text, more) => new RegExp(asPattern(text), (text.includes("(?i)") ? "iu" : "u") + more);

/** Texts cut into pieces, `(rows, most)`, with a filling behind them. */
function pieces(x, cut, fill) {
  const found = x.data.map(cut);
  const most = found.reduce((size, row) => Math.max(size, row.length), 0);
  const data = found.flatMap((row) => [...row, ...new Array(most - row.length).fill(fill)]);
  return [tensor(STRING, [...x.dims, most], data), tensor(INT64, x.dims, Float64Array.from(found, (row) => row.length))];
}

function tokenizer([x], { tokenexp, separators, pad_value = "", mincharnum = 1 }) {
  const long = (piece) => [...piece].length >= mincharnum;
  const cut = tokenexp !== undefined
    ? (text) => text.match(expression(tokenexp, "g")) ?? []
    : (text) => separators.reduce((parts, one) => parts.flatMap((part) => part.split(expression(one, ""))), [text]);
  return [pieces(x, (text) => cut(text).filter(long), pad_value)[0]];
}

function stringSplit([x], { delimiter = "", maxsplit }) {
  return pieces(x, (text) => {
    if (delimiter === "") return text.split(/\s+/u).filter(Boolean);
    if (text === "") return [];
    const parts = text.split(delimiter);
    if (maxsplit === undefined || parts.length <= maxsplit + 1) return parts;
    return [...parts.slice(0, maxsplit), parts.slice(maxsplit).join(delimiter)];
  }, "");
}

const lower = (text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

function labelEncoder([x], attributes, _, memory) {
  memory.table ??= new Map(
    (attributes.keys_strings ?? attributes.keys_int64s ?? attributes.keys_floats).map((key, place) =>
      [key, (attributes.values_int64s ?? attributes.values_strings ?? attributes.values_floats)[place]]));
  const type = attributes.values_strings ? STRING : attributes.values_int64s ? INT64 : FLOAT;
  const other = { [STRING]: attributes.default_string ?? "", [INT64]: attributes.default_int64 ?? -1, [FLOAT]: attributes.default_float ?? 0 }[type];
  const data = room(type, x.dims);
  for (let place = 0; place < data.length; place++) data[place] = memory.table.get(x.data[place]) ?? other;
  return [tensor(type, x.dims, data)];
}

/** Counts of words and of runs of words. */
function tfIdf([x], attributes, _, memory) {
  const { min_gram_length, max_gram_length, max_skip_count = 0, mode, ngram_counts, ngram_indexes } = attributes;
  if (mode !== "TF" || max_skip_count) throw new Error("TfIdfVectorizer in another mode than TF.");
  const pool = attributes.pool_int64s ?? attributes.pool_strings;
  if (!memory.grams) {
    memory.grams = new Map();
    let number = 0;
    ngram_counts.forEach((start, index) => {
      const length = index + 1, end = ngram_counts[index + 1] ?? pool.length;
      for (let place = start; place < end; place += length)
        memory.grams.set(pool.slice(place, place + length).join("\u0001"), ngram_indexes[number++]);
    });
  }
  const width = ngram_indexes.reduce((most, one) => Math.max(most, one), -1) + 1;
  const length = x.dims[x.dims.length - 1], rows = x.data.length / Math.max(1, length);
  const dims = [...x.dims.slice(0, -1), width];
  const data = room(FLOAT, dims);
  for (let row = 0; row < rows; row++) {
    const words = Array.from(x.data.slice(row * length, (row + 1) * length));
    for (let size = min_gram_length; size <= max_gram_length; size++)
      for (let place = 0; place + size <= length; place++) {
        const found = memory.grams.get(words.slice(place, place + size).join("\u0001"));
        if (found !== undefined) data[row * width + found] += 1;
      }
  }
  return [tensor(FLOAT, dims, data)];
}

const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const divided = ([a, b]) => [combined(a, b, whole(a.type) ? (x, y) => Math.trunc(x / y) : (x, y) => x / y, a.type)];
const modulo = ([a, b], { fmod = 0 }) =>
  [combined(a, b, (x, y) => (fmod || x % y === 0 || x < 0 === y < 0 ? x % y : (x % y) + y), a.type)];

const OPERATORS = {
  Abs: unary(Math.abs),
  Add: binary((a, b) => a + b),
  And: binary((a, b) => a && b, BOOL),
  ArgMax: argmax,
  Atan: unary(Math.atan),
  AveragePool: pooled(true),
  Cast: cast,
  Ceil: unary(Math.ceil),
  Concat: concat,
  Conv: conv,
  Cos: unary(Math.cos),
  CumSum: running,
  Div: divided,
  Equal: binary((a, b) => Number(a === b), BOOL),
  Erf: unary(erf),
  Exp: unary(Math.exp),
  Expand: ([x, shape]) => {
    const dims = commonDims(x.dims, numbers(shape));
    return [taken(x, dims, places(x.dims, dims))];
  },
  Floor: unary(Math.floor),
  Gather: gather,
  GatherElements: gatherElements,
  Greater: binary((a, b) => Number(a > b), BOOL),
  GreaterOrEqual: binary((a, b) => Number(a >= b), BOOL),
  Identity: ([x]) => [x],
  IsInf: unary((x) => Number(x === Infinity || x === -Infinity), BOOL),
  IsNaN: unary((x) => Number(Number.isNaN(x)), BOOL),
  LabelEncoder: labelEncoder,
  Less: binary((a, b) => Number(a < b), BOOL),
  LessOrEqual: binary((a, b) => Number(a <= b), BOOL),
  Log: unary(Math.log),
  MatMul: matmul,
  Max: several(larger),
  MaxPool: pooled(false),
  Min: several(smaller),
  Mod: modulo,
  Mul: binary((a, b) => a * b),
  Neg: unary((x) => -x),
  Not: unary((x) => Number(!x), BOOL),
  Or: binary((a, b) => a || b, BOOL),
  Pad: padded,
  Pow: binary((a, b) => a ** b),
  Range: ([start, end, step]) => {
    const count = Math.max(0, Math.ceil((end.data[0] - start.data[0]) / step.data[0]));
    const data = room(start.type, [count]);
    for (let one = 0; one < count; one++) data[one] = start.data[0] + one * step.data[0];
    return [tensor(start.type, [count], data)];
  },
  Reciprocal: unary((x) => 1 / x),
  ReduceMax: reduced(larger, -Infinity),
  ReduceMean: reduced((a, b) => a + b, 0, (total, count) => total / count),
  ReduceMin: reduced(smaller, Infinity),
  ReduceProd: reduced((a, b) => a * b, 1),
  ReduceSum: reduced((a, b) => a + b, 0),
  RegexFullMatch: ([x], { pattern }) => {
    const full = new RegExp(`^(?:${asPattern(pattern)})$`, "u");
    return [tensor(BOOL, x.dims, Uint8Array.from(x.data, (text) => Number(full.test(text))))];
  },
  Relu: unary((x) => (x > 0 || Number.isNaN(x) ? x : 0)),
  Reshape: reshape,
  Round: unary(halfToEven),
  Scan: scan,
  Shape: ([x], { start = 0, end }) => {
    const dims = x.dims.slice(start, end);
    return [tensor(INT64, [dims.length], Float64Array.from(dims))];
  },
  Sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  Sign: unary(Math.sign),
  Sin: unary(Math.sin),
  Slice: slice,
  Softplus: unary(softplus),
  Split: splitUp,
  Sqrt: unary(Math.sqrt),
  Squeeze: squeezed,
  StringConcat: binary((a, b) => a + b, STRING),
  StringNormalizer: ([x], { case_change_action }) =>
    [tensor(STRING, x.dims, case_change_action === "LOWER" ? x.data.map(lower) : x.data)],
  StringSplit: stringSplit,
  Sub: binary((a, b) => a - b),
  Tanh: unary(Math.tanh),
  TfIdfVectorizer: tfIdf,
  Tile: tiled,
  Tokenizer: tokenizer,
  Transpose: transpose,
  Unsqueeze: unsqueezed,
  Where: where,
};

function decoded({ type, dims, base64, texts }) {
  if (type === STRING) return tensor(type, dims, texts);
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const Stored = type === INT64 ? BigInt64Array : ARRAYS[type];
  const stored = new Stored(bytes.buffer);
  return tensor(type, dims, type === INT64 ? Float64Array.from(stored, Number) : stored);
}

/** A graph that answers: graph(given) takes tensors by name and gives tensors by name. */
export function loaded({ constants, inputs, outputs, nodes }) {
  const known = new Map(Object.entries(constants).map(([name, value]) => [name, decoded(value)]));
  const memories = new Map();
  const run = (listed, values) => {
    for (const node of listed) {
      const operator = OPERATORS[node.operator];
      const given = node.inputs.map((name) => (name === "" ? undefined : values.get(name)));
      if (!memories.has(node)) memories.set(node, {});
      const inside = (body, states) => {
        const mine = new Map(values);
        body.inputs.forEach((name, place) => mine.set(name, states[place]));
        run(body.nodes, mine);
        return body.outputs.map((name) => mine.get(name));
      };
      const found = operator(given, node.attributes, inside, memories.get(node));
      node.outputs.forEach((name, place) => name && values.set(name, found[place]));
    }
  };
  return (given) => {
    const values = new Map(known);
    for (const { name } of inputs) values.set(name, given[name]);
    run(nodes, values);
    return Object.fromEntries(outputs.map((name) => [name, values.get(name)]));
  };
}

/** What an input takes: a tensor `(1, ...)` of numbers, texts or pixels. */
export function filled({ type, dims }, values) {
  const data = type === STRING ? values.map(String) : ARRAYS[type].from(values);
  return tensor(type, [1, ...dims], data);
}
