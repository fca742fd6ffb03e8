/**
 * HTTP: build a request, read the answer.
 *
 * No redirect is followed and no cookie kept: each request stands alone and passes the host's gate by itself.
 */

import { HttpError, Malformed } from "./failure.js";
import { decode, encode } from "./utf8.js";

/** A placeholder for a secret, which the host must find as it is. */
const PLACEHOLDER = /(\{\{secret:.*?\}\})/s;

/** Seconds in a day. */
const DAY = 86_400;

/** The most milliseconds that the interface can carry. */
const LONGEST = 0xffff_ffff;

/**
 * Returns a request as the host wants it.
 *
 * @param {string} method in capitals
 * @param {string} url
 * @param {object} options `query`, `headers`, `json`, `form`, `body`, `timeout` in milliseconds, `maxBody` in bytes
 */
export function buildRequest(method, url, options = {}) {
  const headers = pairs(options.headers);
  const body = bodyOf(options, headers);
  return {
    method: String(method),
    url: withQuery(String(url), pairs(options.query)),
    headers,
    body,
    timeoutMs: options.timeout === undefined || options.timeout === null ? null : milliseconds(options.timeout),
    maxBody: options.maxBody === undefined || options.maxBody === null ? null : Math.max(0, Number(options.maxBody)),
    labels: [],
  };
}

/** An answer. Any status is one. */
export class Answer {
  constructor(record) {
    this.status = record.status;
    this.headers = record.headers;
    this.body = record.body;
    this.truncated = record.truncated;
    this.url = record.url;
    this.address = record.address ?? null;
    this.protocol = record.protocol;
    this.timings = record.timings;
    this.certificate = record.certificate ?? null;
    this.labels = Object.fromEntries(record.labels);
  }

  /** Whether the status is one of success, 200 to 299. */
  get ok() {
    return this.status >= 200 && this.status < 300;
  }

  header(name) {
    return this.headersOf(name)[0] ?? null;
  }

  headersOf(name) {
    const wanted = name.toLowerCase();
    return this.headers.filter(([own]) => own.toLowerCase() === wanted).map(([, value]) => value);
  }

  text() {
    return decode(this.body);
  }

  json() {
    if (this.truncated) {
      throw new Malformed(`the answer of ${this.url} was cut after ${this.body.length} bytes`);
    }
    try {
      return JSON.parse(this.text());
    } catch (error) {
      throw new Malformed(`the answer of ${this.url} is not the JSON it should be: ${error.message}`);
    }
  }

  pointer(pointer) {
    if (pointer === "") return this.json();
    if (!pointer.startsWith("/")) return undefined;
    const steps = pointer.slice(1).split("/").map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
    return steps.reduce((value, step) => {
      if (Array.isArray(value) && !/^(0|[1-9]\d*)$/.test(step)) return undefined;
      return typeof value === "object" && value !== null && Object.hasOwn(value, step) ? value[step] : undefined;
    }, this.json());
  }

  get totalMs() {
    return this.timings.total / 1000;
  }

  get firstByteMs() {
    return this.timings.firstByte / 1000;
  }

  daysLeft(now) {
    return this.certificate === null ? null : (this.certificate.notAfter - Math.floor(now / 1000)) / DAY;
  }
}

/**
 * Returns a time as the interface wants it: in whole milliseconds, and a positive one never as zero.
 *
 * @param {number} time in milliseconds
 */
export function milliseconds(time) {
  const number = Number(time);
  if (!(number >= 0)) throw new HttpError("invalid-request", `${time} is no time in milliseconds`);
  return number === 0 ? 0 : Math.min(LONGEST, Math.max(1, Math.trunc(number)));
}

/** Returns a name or value as it stands in an HTML form's body. */
export function formEncoded(text) {
  return encoded(text, "+");
}

/** Returns a name or value as it stands in a URL's query. */
export function queryEncoded(text) {
  return encoded(text, "%20");
}

function encoded(text, space) {
  return String(text)
    .split(PLACEHOLDER)
    .map((part, index) => (index % 2 === 1 ? part : percent(part).replaceAll("%20", space)))
    .join("");
}

/** Everything but letters, digits and `-._~` as hexadecimal. */
function percent(text) {
  const rest = (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, rest);
}

function withQuery(url, query) {
  return query.reduce(
    (whole, [name, value]) => `${whole}${whole.includes("?") ? "&" : "?"}${queryEncoded(name)}=${queryEncoded(value)}`,
    url,
  );
}

/** Names and values from an object, a list of pairs, or anything that lists pairs. */
function pairs(from) {
  if (from === undefined || from === null) return [];
  const list = typeof from[Symbol.iterator] === "function" ? [...from] : Object.entries(from);
  return list.map(([name, value]) => [String(name), String(value)]);
}

/** The body's bytes; says in the headers what they are, where the body knows and the headers don't say. */
function bodyOf(options, headers) {
  const say = (type) => {
    if (!headers.some(([name]) => name.toLowerCase() === "content-type")) headers.push(["content-type", type]);
  };
  if (options.json !== undefined) {
    const bytes = jsonBytes(options.json);
    say("application/json");
    return bytes;
  }
  if (options.form !== undefined) {
    say("application/x-www-form-urlencoded");
    const fields = pairs(options.form).map(([name, value]) => `${formEncoded(name)}=${formEncoded(value)}`);
    return encode(fields.join("&"));
  }
  if (options.body === undefined || options.body === null) return null;
  return options.body instanceof Uint8Array ? options.body : encode(String(options.body));
}

function jsonBytes(value) {
  let text;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    throw new HttpError("invalid-request", `the body can't be written as JSON: ${error.message}`);
  }
  if (text === undefined) throw new HttpError("invalid-request", "the body can't be written as JSON");
  return encode(text);
}
