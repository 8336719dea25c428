// Runs an exported graph: operators of ONNX on typed arrays, as many as exported runs consist of.
import {
  ARRAYS, BOOL, commonDims, INT64, numbers, places, room, sizeOf, STRING, taken, tensor,
} from "/page/tensors.js";
import {
  argmax, binary, divided, erf, halfToEven, larger, matmul, modulo, reduced, running, several,
  smaller, softplus, unary,
} from "/page/arithmetic.js";
import { conv, pooled } from "/page/windows.js";
import {
  cast, concat, gather, gatherElements, padded, reshape, slice, splitUp, squeezed, tiled,
  transpose, unsqueezed, where,
} from "/page/shapes.js";
import { asPattern, labelEncoder, lower, stringSplit, tfIdf, tokenizer } from "/page/texts.js";

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
