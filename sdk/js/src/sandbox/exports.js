/**
 * What the host calls, by the kind of plugin.
 *
 * An author's mistake must reach the author: whatever is thrown becomes a failure with its words and its place, before
 * the engine would end the call without either.
 */

import * as clock from "holdpoint:plugin/clock@0.1.0";
import * as http from "holdpoint:plugin/http@0.1.0";
import * as log from "holdpoint:plugin/log@0.1.0";
import * as net from "holdpoint:plugin/net@0.1.0";

import { failureOf } from "../failure.js";
import { Host } from "../host.js";
import { answer, validate } from "../plugin.js";
import {
  planRecord,
  readinessRecord,
  rollbackStatusRecord,
  shiftReadinessRecord,
  shiftStatusRecord,
  stepReportRecord,
  verdictRecord,
} from "../record.js";
import { settled } from "./promise.js";
import { trace } from "./trace.js";

const host = new Host({
  send: (request) => http.send(request),
  sendAll: (requests) => http.sendAll(requests),
  resolve: (target) => net.resolve(target),
  connect: (target, timeout) => net.connect(target, timeout),
  inspectTls: (target, timeout) => net.inspectTls(target, timeout),
  transact: (exchange) => net.transact(exchange),
  log: (severity, message) => log.write(severity, message.toWellFormed()),
  now: () => clock.now(),
  monotonic: () => clock.monotonic(),
  sleep: (time) => clock.sleep(time),
});

globalThis.fetch = (input, init) => host.fetch(input, init);

/** The host's functions for a check. */
export function checker(plugin) {
  return {
    validate: (settings) => told(() => validate(of("check", plugin), settings)),
    run: (call) => asked(plugin, "check", "run", verdictRecord, call),
  };
}

/** The host's functions for a rollback. */
export function restorer(plugin) {
  const ask = (name, record, call, ...more) => asked(plugin, "rollback", name, record, call, ...more);
  return {
    validate: (settings) => told(() => validate(of("rollback", plugin), settings)),
    ready: (call) => ask("ready", readinessRecord, call),
    plan: (call) => ask("plan", planRecord, call),
    execute: (call, step, key, fence) => ask("execute", stepReportRecord, call, step, { key, fence }),
    status: (call, plan, key) => ask("status", rollbackStatusRecord, call, plan, key),
  };
}

/** The host's functions for a rollout. */
export function shifter(plugin) {
  const ask = (name, record, call, ...more) => asked(plugin, "rollout", name, record, call, ...more);
  return {
    validate: (settings) => told(() => validate(of("rollout", plugin), settings)),
    ready: (call, share) => ask("ready", shiftReadinessRecord, call, share),
    shift: (call, share, key, fence) => ask("shift", stepReportRecord, call, share, { key, fence }),
    status: (call, share, key) => ask("status", shiftStatusRecord, call, share, key),
  };
}

function asked(plugin, kind, name, record, call, ...more) {
  try {
    return record(settled(answer(of(kind, plugin), name, host, call, more)));
  } catch (thrown) {
    const { kind: tag, message } = failureOf(thrown, inSource);
    throw { tag, val: message.toWellFormed() };
  }
}

/** `validate` has no failure to return: its trouble is told in the log, and as a problem of the whole. */
function told(ask) {
  try {
    return ask();
  } catch (thrown) {
    const { message } = failureOf(thrown, inSource);
    return [{ pointer: "", message: `the plugin's own \`validate\` went wrong: ${message.toWellFormed()}`, hint: null }];
  }
}

function of(kind, plugin) {
  if (plugin?.kind === kind) return plugin;
  const found = plugin?.kind === undefined ? "something else" : `a ${plugin.kind}`;
  throw new TypeError(`the file's default export is ${found}; write \`export default ${kind}({ … })\``);
}

/** The error in one line, with its innermost place; the whole stack stands in the log. */
function inSource(error) {
  const { words, frames } = trace(error, globalThis.__holdpointSourceMap);
  for (const line of [words, ...frames.map((frame) => `    ${frame}`)]) host.error(line);
  if (error.cause instanceof Error) host.error(`caused by ${inSource(error.cause)}`);
  return frames.length === 0 ? words : `${words} (${frames[0]})`;
}
