/**
 * Replies that a fake host gives.
 */

import { HttpError } from "../failure.js";
import { encode } from "../utf8.js";

/** When a world begins: 2026-01-01T00:00:00Z, in milliseconds since the Unix epoch. */
export const BEGINNING = 1_767_225_600_000;

/** How long a reply takes unless told otherwise, in milliseconds. */
const USUAL = 5;

/** Seconds in a day. */
const DAY = 86_400;

/** A reply in the making: an answer, or why there is none. Each method returns another one. */
export class Reply {
  #facts;

  constructor(facts) {
    this.#facts = facts;
  }

  static status(status) {
    return new Reply({ status, headers: [], body: new Uint8Array(), certificate: null, time: USUAL, limit: Infinity });
  }

  static failed(kind, text) {
    return new Reply({ error: new HttpError(kind, text), time: USUAL });
  }

  header(name, value) {
    // The host hands names on in lower case.
    return this.#with({ headers: [...(this.#facts.headers ?? []), [name.toLowerCase(), String(value)]] });
  }

  body(body) {
    return this.#with({ body: body instanceof Uint8Array ? body : encode(String(body)) });
  }

  text(text) {
    return this.body(text).header("content-type", "text/plain; charset=utf-8");
  }

  html(text) {
    return this.body(text).header("content-type", "text/html; charset=utf-8");
  }

  json(value) {
    return this.body(JSON.stringify(value)).header("content-type", "application/json");
  }

  after(time) {
    return this.#with({ time });
  }

  cutAt(limit) {
    return this.#with({ limit });
  }

  certified(certificate) {
    return this.#with({ certificate });
  }

  get time() {
    return this.#facts.time;
  }

  /** What the plugin gets, under the limits that it set itself. Throws as the host's own functions do. */
  answer(request, url) {
    const { error, status, headers, body, time, certificate } = this.#facts;
    if (request.timeoutMs !== null && time > request.timeoutMs) throw refusal("timeout", `after ${request.timeoutMs} ms`);
    if (error !== undefined) throw refusal(error.kind, error.text);
    const limit = Math.min(request.maxBody ?? Infinity, this.#facts.limit);
    const total = Math.round(time * 1000);
    return {
      status,
      headers,
      body: body.slice(0, limit),
      truncated: body.length > limit,
      url,
      address: "192.0.2.1:443",
      protocol: "HTTP/1.1",
      timings: { resolve: null, connect: null, tls: null, firstByte: total, total },
      certificate,
      labels: [],
    };
  }

  #with(facts) {
    return new Reply({ ...this.#facts, ...facts });
  }
}

/** An error as the host's functions throw it. */
export function refusal(kind, text) {
  return Object.assign(new Error(`${kind}: ${text}`), { payload: { tag: kind, val: text } });
}

/** Returns a certificate that is good for so many more days when the world begins. */
export function certificate(daysLeft) {
  const now = BEGINNING / 1000;
  return {
    subject: "CN=shop.test",
    issuer: "CN=Test CA",
    names: ["shop.test"],
    notBefore: now - 90 * DAY,
    notAfter: now + daysLeft * DAY,
    fingerprint: "ab".repeat(32),
  };
}
