/**
 * What ordinary JavaScript expects to find, in terms of the host. Imported before anything else of a plugin.
 */

import * as clock from "holdpoint:plugin/clock@0.1.0";
import * as log from "holdpoint:plugin/log@0.1.0";

import { display } from "../display.js";
import { decode, encode } from "../utf8.js";
import { SandboxPromise, clearTimer, later, setTimer, timeBy } from "./promise.js";
import { SandboxSearchParams, SandboxUrl } from "./url.js";

const EngineDate = Date;

timeBy(
  () => clock.monotonic() / 1e6,
  (time) => clock.sleep(Math.max(1, Math.ceil(time))),
);

/** The engine's own clock is not there: the time is the host's, which records it. */
class HostDate extends EngineDate {
  constructor(...given) {
    super(...(given.length === 0 ? [clock.now()] : given));
  }

  static now() {
    return clock.now();
  }
}

/** `Date()` without `new` is a text. */
const CallableDate = new Proxy(HostDate, { apply: () => new HostDate().toString() });
// Otherwise `date.constructor` would be a way around.
HostDate.prototype.constructor = CallableDate;

class Encoder {
  encoding = "utf-8";

  encode(text = "") {
    return encode(String(text));
  }
}

class Decoder {
  encoding = "utf-8";

  decode(bytes = new Uint8Array()) {
    return decode(ArrayBuffer.isView(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : new Uint8Array(bytes));
  }
}

const line = (severity) => (...said) => log.write(severity, said.map(told).join(" "));

function told(said) {
  return said instanceof Error ? `${said}\n${said.stack ?? ""}`.trimEnd() : display(said);
}

Object.assign(globalThis, {
  Promise: SandboxPromise,
  queueMicrotask: later,
  setTimeout: setTimer,
  clearTimeout: clearTimer,
  Date: CallableDate,
  performance: { now: () => clock.monotonic() / 1e6, timeOrigin: 0 },
  URL: SandboxUrl,
  URLSearchParams: SandboxSearchParams,
  TextEncoder: Encoder,
  TextDecoder: Decoder,
  console: {
    debug: line("debug"),
    log: line("info"),
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
    trace: line("debug"),
  },
});
