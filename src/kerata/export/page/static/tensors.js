// Tensors are {type, dims, data}; types are ONNX's numbers. 64-bit integers lie in doubles, which
// hold all sizes and positions exactly.

export const FLOAT = 1, BYTE = 2, INT32 = 6, INT64 = 7, STRING = 8, BOOL = 9, DOUBLE = 11;
export const ARRAYS = { [FLOAT]: Float32Array, [BYTE]: Uint8Array, [INT32]: Int32Array,
  [INT64]: Float64Array, [STRING]: Array, [BOOL]: Uint8Array, [DOUBLE]: Float64Array };

export const sizeOf = (dims) => dims.reduce((product, size) => product * size, 1);
export const room = (type, dims) => new ARRAYS[type](sizeOf(dims));
export const tensor = (type, dims, data) => ({ type, dims, data });
export const whole = (type) => type === INT64 || type === INT32 || type === BYTE || type === BOOL;
export const axisOf = (axis, rank) => (axis < 0 ? axis + rank : axis);
export const numbers = (given) => (given ? Array.from(given.data) : null);

export function strides(dims) {
  const steps = new Array(dims.length);
  let step = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    steps[axis] = step;
    step *= dims[axis];
  }
  return steps;
}

export function commonDims(one, two) {
  const rank = Math.max(one.length, two.length);
  return Array.from({ length: rank }, (_, axis) => {
    const a = one[axis - rank + one.length] ?? 1;
    const b = two[axis - rank + two.length] ?? 1;
    if (a !== b && a !== 1 && b !== 1) throw new Error(`Sizes ${one} and ${two} don't go together.`);
    return a === 1 ? b : a;
  });
}

/** For each place of the larger array, the place that it has in the smaller one. */
export function places(dims, larger) {
  const steps = strides(dims);
  const lead = larger.length - dims.length;
  const moves = larger.map((_, axis) => (axis < lead || dims[axis - lead] === 1 ? 0 : steps[axis - lead]));
  return walk(larger, moves, 0);
}

/** The places that a walk over all positions meets, where each axis moves by a step of its own. */
export function walk(dims, moves, start) {
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

export function taken(x, dims, from) {
  const data = room(x.type, dims);
  for (let place = 0; place < from.length; place++) data[place] = x.data[from[place]];
  return tensor(x.type, dims, data);
}

export function combined(a, b, formula, type) {
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
