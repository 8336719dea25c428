// What is typed, read as Kerata reads a file's cell: a number, a date, or nothing.

const FLOATING = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const WRITTEN = /^([+\-−–])?\s*(\d[\d.,'’ \u00a0\u2009\u202f]*|[.,]\d+)(e[+-]?\d+)?$/i;
const CLOCK = /^([+\-−–])?(\d{1,3}):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?$/;
// Thousands, or as in India hundreds above the first thousand.
const GROUPS = [",", "\\.", "'", " "].map((mark) =>
  new RegExp(`^(?:\\d{1,3}(?:${mark}\\d{3})+|\\d{1,2}(?:${mark}\\d{2})+${mark}\\d{3})$`));

/** What separates decimals; null where the digits leave it open. */
function decimalMark(digits) {
  const votes = { ",": 0, ".": 0 };
  const comma = digits.lastIndexOf(","), point = digits.lastIndexOf(".");
  if (comma >= 0 && point >= 0) votes[comma > point ? "," : "."] += 1;
  for (const [mark, other] of [[",", "."], [".", ","]]) {
    const parts = digits.split(mark);
    if (digits.includes(other) || parts.length < 2) continue;
    if (parts.length > 2) votes[other] += 1;
    else if (parts[1].length !== 3 || ["", "0"].includes(parts[0]) || parts[0].length > 3) votes[mark] += 1;
  }
  return votes[","] === votes["."] ? null : votes[","] > votes["."] ? "," : ".";
}

function grouped(given, mark) {
  const digits = given.trim();
  const cut = digits.indexOf(mark);
  const part = cut < 0 ? "" : digits.slice(cut + 1);
  let whole = (cut < 0 ? digits : digits.slice(0, cut)).replace(/[\u00a0\u2009\u202f]/g, " ").replace(/’/g, "'");
  if (!/^\d*$/.test(part)) return NaN;
  if (!/^\d*$/.test(whole)) {
    if (!GROUPS.some((form) => form.test(whole))) return NaN;
    whole = whole.replace(/\D/g, "");
  }
  return Number(`${whole || "0"}.${part || "0"}`);
}

const finite = (value) => (Number.isFinite(value) ? value : null);
const minus = (sign) => (sign && sign !== "+" ? -1 : 1);

/** The text without the unit that the column is in. */
function bare(text, unit) {
  if (!unit) return text;
  const small = text.toLowerCase(), mark = unit.toLowerCase();
  if (small.endsWith(mark)) return text.slice(0, -mark.length).trim();
  return small.startsWith(mark) ? text.slice(mark.length).trim() : text;
}

/** A cell of numbers as a number, NaN where it says nothing, null where it is none. */
export function numberOf(given, { form = "", unit = "", noise = [] }, missing) {
  const text = String(given ?? "").trim();
  if (noise.includes(text) || missing.includes(text.toLowerCase())) return NaN;
  const clock = unit === "h:mm" && CLOCK.exec(text);
  if (clock) return minus(clock[1]) * (Number(clock[2]) + Number(clock[3]) / 60 + Number(clock[4] ?? 0) / 3600);
  const cell = bare(text, unit);
  if (form !== "," && FLOATING.test(cell)) return finite(Number(cell));
  const found = WRITTEN.exec(cell);
  if (!found) return null;
  const value = grouped(found[2], decimalMark(found[2].trim()) ?? (form === "," ? "," : "."));
  if (Number.isNaN(value)) return null;
  return finite(minus(found[1]) * value * 10 ** Number((found[3] ?? "e0").slice(1)));
}

const ISO = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?$/;
const DIGITS = { Y: "(\\d{4})", y: "(\\d{2})", S: "(\\d{1,2}(?:\\.\\d+)?)" };

function partsOf(text, form) {
  if (form === "ISO8601") {
    const [, Y, m, d, H = 0, M = 0, S = 0] = ISO.exec(text) ?? [];
    return Y === undefined ? null : { Y, m, d, H, M, S };
  }
  const keys = [];
  const pattern = form.replace(/%(.)|([^%])/g, (_, key, mark) => {
    if (key) keys.push(key);
    return key ? DIGITS[key] ?? "(\\d{1,2})" : mark.replace(/[-.*+?^${}()|[\]\\/]/, "\\$&");
  });
  const found = new RegExp(`^${pattern}$`).exec(text);
  return found && Object.fromEntries(keys.map((key, place) => [key, found[place + 1]]));
}

/** A cell of dates as a graph takes it: empty where it says nothing, null where it is no date. */
export function dateOf(given, { form = "", noise = [] }, missing) {
  const text = String(given ?? "").trim();
  if (noise.includes(text) || missing.includes(text.toLowerCase())) return "";
  const parts = partsOf(text, form);
  if (!parts) return null;
  const { Y, y, m, d = 1, H = 0, M = 0, S = 0 } = parts;
  const year = Y === undefined ? Number(y) + (y < 69 ? 2000 : 1900) : Number(Y);
  // The day before the first of the next month; years below 100 are others to Date.
  const days = new Date(Date.UTC(2000 + (year % 400), m, 0)).getUTCDate();
  const there = year > 0 && year < 9999 && m >= 1 && m <= 12 && d >= 1 && d <= days;
  return there && H < 24 && M < 60 && S < 60 ? text : null;
}

/** A row's cell for an input of the graph; `missing` are the words that say nothing. Throws where the column can't hold it. */
export function cellOf(given, column, missing) {
  const read = { number: numberOf, date: dateOf }[column?.kind];
  // Words are looked up in lower case; a graph lowers the letters of ASCII alone.
  if (!read) return String(given ?? "").trim().toLowerCase();
  const found = read(given, column, missing[column.kind]);
  if (found !== null) return found;
  const written = column.kind === "date" && column.form ? ` written as ${column.form === "ISO8601" ? "2024-05-31" : column.form}` : "";
  throw new Error(`Column '${column.name}' holds '${String(given).trim().slice(0, 60)}', where a ${column.kind}${written} is expected.`);
}
