/**
 * UTF-8, in engines with and without `TextEncoder`.
 */

/** How many bytes are turned into letters at once; more would not fit the engine's argument stack. */
const CHUNK = 8192;

/**
 * Returns a text's bytes.
 *
 * @param {string} text
 * @returns {Uint8Array}
 */
export function encode(text) {
  // Each letter of this is one byte; a lone surrogate becomes the replacement character.
  const letters = unescape(encodeURIComponent(text.toWellFormed()));
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at += 1) bytes[at] = letters.charCodeAt(at);
  return bytes;
}

/**
 * Returns bytes as text; what is not UTF-8 is shown as a replacement character.
 *
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function decode(bytes) {
  let letters = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    letters += String.fromCharCode.apply(null, bytes.subarray(at, at + CHUNK));
  }
  if (!/[\x80-\xff]/.test(letters)) return letters;
  try {
    return decodeURIComponent(escape(letters));
  } catch {
    return decodeWithReplacements(bytes);
  }
}

/** Decodes sequence by sequence; each maximal broken one becomes one replacement character. */
function decodeWithReplacements(bytes) {
  let text = "";
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at];
    const wanted = first < 0x80 ? 0 : first >= 0xc2 && first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    if (first >= 0x80 && (first < 0xc2 || first > 0xf4)) {
      text += "\ufffd";
      at += 1;
      continue;
    }
    let point = wanted === 0 ? first : first & (0x3f >> wanted);
    let taken = 1;
    while (taken <= wanted && continues(bytes, at, taken)) {
      point = (point << 6) | (bytes[at + taken] & 0x3f);
      taken += 1;
    }
    text += taken === wanted + 1 ? String.fromCodePoint(point) : "\ufffd";
    at += taken;
  }
  return text;
}

/** Whether the byte at this place goes on with the sequence, overlong forms and surrogates excluded. */
function continues(bytes, at, taken) {
  const byte = bytes[at + taken];
  if (byte === undefined || (byte & 0xc0) !== 0x80) return false;
  if (taken > 1) return true;
  switch (bytes[at]) {
    case 0xe0:
      return byte >= 0xa0;
    case 0xed:
      return byte < 0xa0;
    case 0xf0:
      return byte >= 0x90;
    case 0xf4:
      return byte < 0x90;
    default:
      return true;
  }
}
