/**
 * The host as a plugin sees it: HTTP, the network below it, the log, the clock.
 *
 * The same in the sandbox and in a test; a test gets its host from a fake world.
 */

import { display } from "./display.js";
import { HttpError } from "./failure.js";
import { Answer, buildRequest, milliseconds } from "./http.js";
import { Response } from "./response.js";
import { decode, encode } from "./utf8.js";

/** The most that an exchange reads unless told otherwise, in bytes. */
const MAX_BYTES = 64 * 1024;

/** The way to the outside. */
export class Host {
  #imports;

  constructor(imports) {
    this.#imports = imports;
  }

  get(url, options) {
    return this.request("GET", url, options);
  }

  head(url, options) {
    return this.request("HEAD", url, options);
  }

  post(url, options) {
    return this.request("POST", url, options);
  }

  put(url, options) {
    return this.request("PUT", url, options);
  }

  patch(url, options) {
    return this.request("PATCH", url, options);
  }

  delete(url, options) {
    return this.request("DELETE", url, options);
  }

  request(method, url, options) {
    const request = buildRequest(method, url, options);
    return new Answer(asked(() => this.#imports.send(request)));
  }

  sendAll(requests) {
    const built = requests.map(({ method = "GET", url, ...options }) => buildRequest(method, url, options));
    return this.#imports.sendAll(built).map(({ tag, val }) => (tag === "ok" ? new Answer(val) : errorOf(val)));
  }

  async fetch(input, init = {}) {
    const url = typeof input === "object" && "url" in input ? input.url : String(input);
    const method = (init.method ?? "GET").toUpperCase();
    const { headers, body, timeout, maxBody } = init;
    return new Response(this.request(method, url, { headers, body: bodyOf(body), timeout, maxBody }));
  }

  resolve(endpoint) {
    return asked(() => this.#imports.resolve(String(endpoint)));
  }

  connect(endpoint, { timeout } = {}) {
    return asked(() => this.#imports.connect(String(endpoint), timeoutOf(timeout)));
  }

  inspectTls(endpoint, { timeout } = {}) {
    return asked(() => this.#imports.inspectTls(String(endpoint), timeoutOf(timeout)));
  }

  transact(endpoint, options = {}) {
    const { secured = false, send, until, maxBytes = MAX_BYTES, timeout } = options;
    const exchange = {
      target: String(endpoint),
      secured: Boolean(secured),
      send: bytesOf(send),
      until: bytesOf(until),
      maxBytes: Number(maxBytes),
      timeoutMs: timeoutOf(timeout),
      labels: [],
    };
    const received = asked(() => this.#imports.transact(exchange));
    return { ...received, text: () => decode(received.bytes) };
  }

  log(severity, message) {
    this.#imports.log(severity, display(message));
  }

  debug(message) {
    this.log("debug", message);
  }

  info(message) {
    this.log("info", message);
  }

  warn(message) {
    this.log("warn", message);
  }

  error(message) {
    this.log("error", message);
  }

  now() {
    return this.#imports.now();
  }

  monotonic() {
    return this.#imports.monotonic() / 1e6;
  }

  sleep(time) {
    this.#imports.sleep(milliseconds(time));
  }
}

/** Makes an `HttpError` of what the host's functions throw. */
function asked(ask) {
  try {
    return ask();
  } catch (thrown) {
    throw thrown?.payload?.tag === undefined ? thrown : errorOf(thrown.payload);
  }
}

function errorOf({ tag, val }) {
  return new HttpError(tag, val);
}

function timeoutOf(timeout) {
  return timeout === undefined || timeout === null ? null : milliseconds(timeout);
}

function bytesOf(sent) {
  if (sent === undefined || sent === null) return null;
  return sent instanceof Uint8Array ? sent : encode(String(sent));
}

/** What `fetch` may be given as a body. */
function bodyOf(body) {
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  return ArrayBuffer.isView(body) ? new Uint8Array(body.buffer, body.byteOffset, body.byteLength) : body;
}
