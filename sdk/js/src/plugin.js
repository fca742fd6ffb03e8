/**
 * Plugins: what an author's file exports, and how the host's calls are answered with it.
 */

import { SettingsFailure } from "./failure.js";
import { Problem, told } from "./problem.js";
import { problemRecord } from "./record.js";
import { object, parse } from "./settings.js";

/** Makes a check of its settings and a function that looks. */
export function check(definition) {
  return plugin("check", definition, ["run"]);
}

/** Makes a rollback of its settings and four functions. */
export function rollback(definition) {
  return plugin("rollback", definition, ["ready", "plan", "execute", "status"]);
}

/** Makes a rollout of its settings and three functions. */
export function rollout(definition) {
  return plugin("rollout", definition, ["ready", "shift", "status"]);
}

/** Answers the host's `validate`. Whatever is thrown is for the caller to tell. */
export function validate(plugin, settings) {
  try {
    return plugin.validate(parse(plugin.settings, settings)).map(problemRecord);
  } catch (error) {
    if (error instanceof Problem) return [problemRecord(error)];
    throw error;
  }
}

/** Calls one of a plugin's functions. Settings that `validate` finds wrong are never used. */
export function answer(plugin, name, host, record, more) {
  const problems = validate(plugin, record.settings);
  if (problems.length > 0) throw new SettingsFailure(told(problems));
  return plugin[name](host, parse(plugin.settings, record.settings), callOf(record), ...more);
}

/** The circumstances of one call, as an author sees them. */
export function callOf(record) {
  const { name, attempt, deadlineMs, release } = record;
  const labels = Object.fromEntries(record.labels);
  return Object.freeze({
    name,
    attempt,
    deadlineMs,
    labels,
    isSignal: labels.purpose === "signal",
    release: Object.freeze({ ...release, labels: Object.fromEntries(release.labels) }),
  });
}

function plugin(kind, { settings = object({}), validate = () => [], ...functions }, wanted) {
  const missing = wanted.find((name) => typeof functions[name] !== "function");
  if (missing !== undefined) throw new TypeError(`a ${kind} needs a function \`${missing}\``);
  const stray = Object.keys(functions).find((name) => !wanted.includes(name));
  if (stray !== undefined) throw new TypeError(`a ${kind} has no \`${stray}\`; it has ${wanted.join(", ")}`);
  return Object.freeze({ kind, settings, validate, ...functions });
}
