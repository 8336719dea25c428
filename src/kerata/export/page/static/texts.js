// Operators on texts: pieces, lower case, numbers for words, counts of them.
import { FLOAT, INT64, room, STRING, tensor } from "/page/tensors.js";

export const asPattern = (text) => text.replaceAll("(?i)", "");
const expression = (text, more) => new RegExp(asPattern(text), (text.includes("(?i)") ? "iu" : "u") + more);

/** Texts cut into pieces, `(rows, most)`, with a filling behind them. */
function pieces(x, cut, fill) {
  const found = x.data.map(cut);
  const most = found.reduce((size, row) => Math.max(size, row.length), 0);
  const data = found.flatMap((row) => [...row, ...new Array(most - row.length).fill(fill)]);
  return [tensor(STRING, [...x.dims, most], data), tensor(INT64, x.dims, Float64Array.from(found, (row) => row.length))];
}

export function tokenizer([x], { tokenexp, separators, pad_value = "", mincharnum = 1 }) {
  const long = (piece) => [...piece].length >= mincharnum;
  const cut = tokenexp !== undefined
    ? (text) => text.match(expression(tokenexp, "g")) ?? []
    : (text) => separators.reduce((parts, one) => parts.flatMap((part) => part.split(expression(one, ""))), [text]);
  return [pieces(x, (text) => cut(text).filter(long), pad_value)[0]];
}

export function stringSplit([x], { delimiter = "", maxsplit }) {
  return pieces(x, (text) => {
    if (delimiter === "") return text.split(/\s+/u).filter(Boolean);
    if (text === "") return [];
    const parts = text.split(delimiter);
    if (maxsplit === undefined || parts.length <= maxsplit + 1) return parts;
    return [...parts.slice(0, maxsplit), parts.slice(maxsplit).join(delimiter)];
  }, "");
}

export const lower = (text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

export function labelEncoder([x], attributes, _, memory) {
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
export function tfIdf([x], attributes, _, memory) {
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
