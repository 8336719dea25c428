// Operators that cast, cut, join and move.
import {
  axisOf, BOOL, commonDims, numbers, places, room, sizeOf, strides, STRING, taken, tensor, walk,
  whole,
} from "/page/tensors.js";

export function cast([x], { to }) {
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

export function concat(given, { axis }) {
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

export function gather([x, indices], { axis = 0 }) {
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

export function gatherElements([x, indices], { axis = 0 }) {
  const along = axisOf(axis, x.dims.length);
  const steps = strides(x.dims);
  const start = walk(indices.dims, steps.map((step, one) => (one === along ? 0 : step)), 0);
  const from = start.map((place, one) => place + axisOf(indices.data[one], x.dims[along]) * steps[along]);
  return [taken(x, indices.dims, from)];
}

export function reshape([x, shape], { allowzero = 0 }) {
  const dims = numbers(shape).map((size, axis) => (size === 0 && !allowzero ? x.dims[axis] : size));
  const open = dims.indexOf(-1);
  if (open >= 0) {
    const rest = sizeOf(dims.filter((_, axis) => axis !== open));
    dims[open] = rest ? x.data.length / rest : 0;
  }
  return [tensor(x.type, dims, x.data)];
}

export function slice([x, starts, ends, axes, steps]) {
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

export function transpose([x], { perm }) {
  const order = perm ?? x.dims.map((_, axis) => x.dims.length - 1 - axis);
  const steps = strides(x.dims);
  const dims = order.map((axis) => x.dims[axis]);
  return [taken(x, dims, walk(dims, order.map((axis) => steps[axis]), 0))];
}

export function squeezed([x, axes]) {
  const gone = new Set((numbers(axes) ?? x.dims.map((size, axis) => (size === 1 ? axis : -99))).map((axis) => axisOf(axis, x.dims.length)));
  return [tensor(x.type, x.dims.filter((_, axis) => !gone.has(axis)), x.data)];
}

export function unsqueezed([x, axes]) {
  const rank = x.dims.length + axes.data.length;
  const added = new Set(numbers(axes).map((axis) => axisOf(axis, rank)));
  const left = [...x.dims];
  return [tensor(x.type, Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : left.shift())), x.data)];
}

export function where([test, yes, no]) {
  const dims = commonDims(commonDims(test.dims, yes.dims), no.dims);
  const [a, b, c] = [test, yes, no].map((one) => places(one.dims, dims));
  const data = room(yes.type, dims);
  for (let place = 0; place < data.length; place++)
    data[place] = test.data[a[place]] ? yes.data[b[place]] : no.data[c[place]];
  return [tensor(yes.type, dims, data)];
}

export function padded([x, pads, fill, axes], { mode = "constant" }) {
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

export function splitUp([x, sizes], { axis = 0, num_outputs }) {
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

export function tiled([x, repeats]) {
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
