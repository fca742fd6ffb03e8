/**
 * Stacks that name the author's files: the engine knows only the bundle, and the bundle's source map knows the rest.
 */

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The engine's word for a place in the bundle: `at run (/bundle.js:12:5)`. */
const PLACE = /\(?([^\s()]*):(\d+):(\d+)\)?$/;

/** A frame of the SDK itself is of no use to an author. */
const OWN = /(^|\/)sdk\/js\/src\//;

/** The most frames that are told. */
const FRAMES = 12;

/**
 * Returns an error's words, and where it came from: the author's places, the innermost first.
 *
 * @param {Error} error
 * @param {{sources: string[], mappings: string} | undefined} map
 * @returns {{words: string, frames: string[]}}
 */
export function trace(error, map) {
  const lines = map === undefined ? [] : decoded(map.mappings);
  const frames = String(error.stack ?? "")
    .split("\n")
    .map((frame) => frame.trim())
    .filter((frame) => frame.startsWith("at "))
    .map((frame) => inSource(frame, map, lines))
    .filter((frame) => frame !== null)
    .slice(0, FRAMES);
  const words = error.message === "" ? error.name : `${error.name}: ${error.message}`;
  return { words, frames };
}

/** A frame with the author's place; nothing for one that is not the author's. */
function inSource(frame, map, lines) {
  const place = PLACE.exec(frame);
  if (place === null) return frame.includes("(native)") ? null : frame;
  if (map === undefined) return frame;
  const [whole, , line, column] = place;
  const found = nearest(lines[Number(line) - 1] ?? [], Number(column) - 1);
  const source = found === null ? undefined : map.sources[found.source];
  if (source === undefined || OWN.test(source)) return null;
  return `${frame.slice(0, frame.length - whole.length)}(${source}:${found.line + 1}:${found.column + 1})`;
}

/** The last mapping that begins at or before a column. */
function nearest(segments, column) {
  let found = null;
  for (const segment of segments) {
    if (segment.at > column) break;
    found = segment;
  }
  return found ?? segments[0] ?? null;
}

/** Source map version 3: lines apart by `;`, segments by `,`, numbers in base 64 and relative to the last. */
function decoded(mappings) {
  let [source, line, column] = [0, 0, 0];
  return mappings.split(";").map((text) => {
    let at = 0;
    const segments = [];
    for (const segment of text === "" ? [] : text.split(",")) {
      const [step, ...rest] = numbers(segment);
      at += step;
      if (rest.length < 3) continue;
      [source, line, column] = [source + rest[0], line + rest[1], column + rest[2]];
      segments.push({ at, source, line, column });
    }
    return segments;
  });
}

function numbers(text) {
  const found = [];
  let [value, shift] = [0, 0];
  for (const letter of text) {
    const digit = DIGITS.indexOf(letter);
    value |= (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    found.push(value & 1 ? -(value >>> 1) : value >>> 1);
    [value, shift] = [0, 0];
  }
  return found;
}
