/**
 * `fetch` in the host's terms: the same answers, read as the web's standard says.
 */

import { Malformed } from "./failure.js";

/** The headers of a response: names in any case, several values joined by a comma. */
export class ResponseHeaders {
  #answer;

  constructor(answer) {
    this.#answer = answer;
  }

  get(name) {
    const values = this.#answer.headersOf(name);
    return values.length === 0 ? null : values.join(", ");
  }

  has(name) {
    return this.#answer.headersOf(name).length > 0;
  }

  getSetCookie() {
    return this.#answer.headersOf("set-cookie");
  }

  forEach(each) {
    for (const [name, value] of this) each(value, name, this);
  }

  keys() {
    return this.#answer.headers.map(([name]) => name)[Symbol.iterator]();
  }

  [Symbol.iterator]() {
    return this.#answer.headers.map(([name, value]) => [name, value])[Symbol.iterator]();
  }

  entries() {
    return this[Symbol.iterator]();
  }
}

/** A response as `fetch` gives it, of an answer that has come already. */
export class Response {
  constructor(answer) {
    this.answer = answer;
    this.headers = new ResponseHeaders(answer);
    this.redirected = false;
    this.type = "basic";
    this.bodyUsed = false;
  }

  get status() {
    return this.answer.status;
  }

  get statusText() {
    return "";
  }

  get ok() {
    return this.answer.ok;
  }

  get url() {
    return this.answer.url;
  }

  async text() {
    this.#whole();
    return this.answer.text();
  }

  async json() {
    return this.answer.json();
  }

  async bytes() {
    this.#whole();
    return this.answer.body;
  }

  async arrayBuffer() {
    const bytes = await this.bytes();
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  }

  clone() {
    return new Response(this.answer);
  }

  /** A library that reads a body does not know that one can be cut. */
  #whole() {
    const { truncated, url, body } = this.answer;
    if (truncated) throw new Malformed(`the answer of ${url} was cut after ${body.length} bytes`);
  }
}
