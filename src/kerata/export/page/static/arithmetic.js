// Operators on numbers: one by one, in pairs, sums and products.
import {
  axisOf, combined, commonDims, INT64, numbers, places, room, sizeOf, strides, tensor, walk,
  whole,
} from "/page/tensors.js";

export const unary = (formula, type) => ([x]) => {
  const data = room(type ?? x.type, x.dims);
  for (let place = 0; place < data.length; place++) data[place] = formula(x.data[place]);
  return [tensor(type ?? x.type, x.dims, data)];
};

export const binary = (formula, type) => ([a, b]) => [combined(a, b, formula, type ?? a.type)];
export const several = (formula) => (given) =>
  [given.slice(1).reduce((a, b) => combined(a, b, formula, a.type), given[0])];

// What is not a number stays so, as in ONNX.
export const larger = (a, b) => (a > b || Number.isNaN(a) ? a : b);
export const smaller = (a, b) => (a < b || Number.isNaN(a) ? a : b);

export function halfToEven(value) {
  const down = Math.floor(value);
  const rest = value - down;
  if (rest !== 0.5) return Math.round(value);
  return down % 2 === 0 ? down : down + 1;
}

/** The error function: Taylor's series near 0, a continued fraction far from it. */
export function erf(x) {
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

export const reduced = (formula, start, end = (total) => total) => ([x, given], { keepdims = 1, noop_with_empty_axes = 0 }) => {
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

export function matmul([a, b]) {
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

export function argmax([x], { axis = 0, keepdims = 1, select_last_index = 0 }) {
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

export function running([x, axis], { exclusive = 0, reverse = 0 }) {
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

export const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
export const divided = ([a, b]) => [combined(a, b, whole(a.type) ? (x, y) => Math.trunc(x / y) : (x, y) => x / y, a.type)];
export const modulo = ([a, b], { fmod = 0 }) =>
  [combined(a, b, (x, y) => (fmod || x % y === 0 || x < 0 === y < 0 ? x % y : (x % y) + y), a.type)];
