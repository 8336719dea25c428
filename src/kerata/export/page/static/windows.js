// Convolution and pooling.
import { room, strides, tensor } from "/page/tensors.js";
import { larger } from "/page/arithmetic.js";

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

export function conv([x, kernel, bias], attributes) {
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

export const pooled = (average) => ([x], attributes) => {
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
