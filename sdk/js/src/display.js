/**
 * How values are shown in findings: the same text whatever language a check is written in.
 */

/**
 * Returns a value as text: a text as it is, a number without an exponent, anything else as JSON with sorted keys.
 *
 * @param {unknown} value
 * @returns {string}
 */
export function display(value) {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
      return decimal(value);
    case "bigint":
    case "boolean":
      return String(value);
    default:
      return value === undefined ? "nothing" : (JSON.stringify(sorted(value)) ?? String(value));
  }
}

/**
 * Whether two values are the same: by value, also inside lists and objects. A number that is not one is the same as
 * nothing.
 *
 * @param {unknown} one
 * @param {unknown} other
 * @returns {boolean}
 */
export function same(one, other) {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

/** A number in decimal digits: whole ones without a point, none with an exponent. */
function decimal(number) {
  if (Number.isNaN(number)) return "NaN";
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  const text = String(number);
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (!parts) return Object.is(number, -0) ? "-0" : text;
  const [, sign, first, rest = "", power] = parts;
  const digits = first + rest;
  const exponent = Number(power);
  return exponent > 0
    ? sign + digits.padEnd(exponent + 1, "0")
    : `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
}

/** A copy whose objects have their keys in order, so that their JSON is the same for the same content. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null || typeof value.toJSON === "function") return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
