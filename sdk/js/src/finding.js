/**
 * One finding, one measurement: how they are written.
 */

import { display } from "./display.js";
import { decode, encode } from "./utf8.js";

/** The most of an expected or observed text that a finding shows, in bytes. */
const EXCERPT = 256;

/** One observation that explains a verdict. */
export class Finding {
  constructor(level, subject, message) {
    this.level = level;
    this.subject = String(subject);
    this.message = String(message);
    this.expectedText = null;
    this.observedText = null;
    this.labels = [];
  }

  static fail(subject, message) {
    return new Finding("fail", subject, message);
  }

  static warn(subject, message) {
    return new Finding("warn", subject, message);
  }

  static note(subject, message) {
    return new Finding("note", subject, message);
  }

  expected(value) {
    this.expectedText = excerpt(display(value));
    return this;
  }

  observed(value) {
    this.observedText = excerpt(display(value));
    return this;
  }

  label(name, value) {
    this.labels.push([String(name), String(value)]);
    return this;
  }
}

/** One measured quantity, or why there is none. */
export class Measurement {
  constructor(name, sample, unit) {
    this.name = String(name);
    this.sample = sample;
    this.unit = String(unit);
    this.takenAtMs = null;
    this.labels = [];
  }

  static of(name, value, unit) {
    const number = Number(value);
    if (Number.isNaN(number)) return new Measurement(name, { tag: "not-a-number" }, unit);
    if (!Number.isFinite(number)) return new Measurement(name, { tag: "not-finite" }, unit);
    return new Measurement(name, { tag: "data", val: number }, unit);
  }

  static without(name, reason, unit) {
    return new Measurement(name, { tag: String(reason) }, unit);
  }

  takenAt(moment) {
    this.takenAtMs = Number(moment);
    return this;
  }

  label(name, value) {
    this.labels.push([String(name), String(value)]);
    return this;
  }
}

/**
 * Returns the beginning of a text and, if there is more, how long it is.
 *
 * @param {string} text
 * @returns {string}
 */
export function excerpt(text) {
  // No letter is longer than three bytes a UTF-16 unit, so this needs no encoding.
  if (text.length * 3 <= EXCERPT) return text;
  const bytes = encode(text);
  if (bytes.length <= EXCERPT) return text;
  let end = EXCERPT;
  while ((bytes[end] & 0xc0) === 0x80) end -= 1;
  return `${decode(bytes.subarray(0, end))}… (${bytes.length} bytes)`;
}
