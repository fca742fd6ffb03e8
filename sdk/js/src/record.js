/**
 * What a plugin hands back, checked before it leaves: the interface between sandbox and host ends a call without a word
 * for what it can't carry.
 */

import { Internal } from "./failure.js";
import { Measurement } from "./finding.js";

const OUTCOMES = ["pass", "warn", "fail", "inconclusive"];
const LEVELS = ["note", "warn", "fail"];
const SILENCES = ["no-data", "not-a-number", "not-finite", "ambiguous", "wrong-type", "provider-down"];
const STEP_ENDS = ["done", "already-done", "started"];
const ROLLBACK_PROGRESS = ["not-begun", "under-way", "complete", "partial", "failed", "unknown"];
const SHIFT_PROGRESS = ["not-begun", "under-way", "complete", "failed", "unknown"];

export function verdictRecord(verdict) {
  const whole = record(verdict, "verdict");
  return {
    outcome: word(whole.outcome, OUTCOMES, "the verdict's outcome"),
    summary: text(whole.summary, "the verdict's summary"),
    findings: list(whole.findings, "the verdict's findings").map(findingRecord),
    measurements: list(whole.measurements, "the verdict's measurements").map(measurementRecord),
    labels: labels(whole.labels, "the verdict's labels"),
  };
}

export function problemRecord(problem) {
  const { pointer = "", message, hint } = record(problem, "problem");
  return {
    pointer: text(pointer, "a problem's pointer"),
    message: text(message, "a problem's message"),
    hint: optional(hint),
  };
}

/** `rollback` and `rollout` have the same words here, but a shift is never already there. */
export function readinessRecord(readiness) {
  if (readiness === "ready") return { tag: "ready" };
  const { alreadyThere, refused } = record(readiness, "readiness");
  if (alreadyThere !== undefined) return { tag: "already-there", val: String(alreadyThere) };
  if (refused !== undefined) return { tag: "refused", val: String(refused) };
  throw new Internal('a readiness is "ready", { alreadyThere: "why" } or { refused: "why" }');
}

export function shiftReadinessRecord(readiness) {
  const told = readinessRecord(readiness);
  if (told.tag === "already-there") throw new Internal('the readiness of a shift is "ready" or { refused: "why" }');
  return told;
}

export function planRecord(plan) {
  const { summary, steps, labels: facts } = record(plan, "plan");
  return {
    summary: text(summary, "the plan's summary"),
    steps: list(steps, "the plan's steps").map(stepRecord),
    labels: labels(facts, "the plan's labels"),
  };
}

export function stepReportRecord(report) {
  const { end, summary, labels: facts } = record(report, "report of a step");
  return {
    end: word(end, STEP_ENDS, "the report's end"),
    summary: text(summary, "the report's summary"),
    labels: labels(facts, "the report's labels"),
  };
}

export function rollbackStatusRecord(status) {
  return statusRecord(status, ROLLBACK_PROGRESS);
}

export function shiftStatusRecord(status) {
  const { percent } = record(status, "status");
  if (percent !== undefined && percent !== null && !(Number.isInteger(percent) && percent >= 0 && percent <= 100)) {
    throw new Internal(`the status's percent is ${shown(percent)} instead of a whole number up to 100`);
  }
  return { ...statusRecord(status, SHIFT_PROGRESS), percent: percent ?? null };
}

function statusRecord(status, words) {
  const { progress, summary, labels: facts } = record(status, "status");
  return {
    progress: word(progress, words, "the status's progress"),
    summary: text(summary, "the status's summary"),
    labels: labels(facts, "the status's labels"),
  };
}

function stepRecord(step) {
  const { id, summary, payload = "", labels: facts } = record(step, "step");
  return {
    id: text(id, "a step's id"),
    summary: text(summary, "a step's summary"),
    payload: text(payload, "a step's payload"),
    labels: labels(facts, "a step's labels"),
  };
}

function findingRecord(finding) {
  const { level, subject, message, labels: facts } = record(finding, "finding");
  return {
    level: word(level, LEVELS, "a finding's level"),
    subject: text(subject, "a finding's subject"),
    message: text(message, "a finding's message"),
    expected: optional(finding.expectedText ?? plain(finding.expected)),
    observed: optional(finding.observedText ?? plain(finding.observed)),
    labels: labels(facts, "a finding's labels"),
  };
}

function measurementRecord(measurement) {
  const { name, sample, unit, labels: facts } = record(measurement, "measurement");
  const moment = measurement.takenAtMs ?? plain(measurement.takenAt);
  return {
    name: text(name, "a measurement's name"),
    sample: sampleRecord(sample),
    unit: text(unit, "a measurement's unit"),
    takenAt: Number.isSafeInteger(moment) && moment >= 0 ? moment : null,
    labels: labels(facts, "a measurement's labels"),
  };
}

function sampleRecord(sample) {
  if (typeof sample === "number") return Measurement.of("", sample, "").sample;
  if (typeof sample === "string") return { tag: word(sample, SILENCES, "a measurement's sample") };
  const { tag, val } = record(sample, "sample");
  if (tag === "data" && Number.isFinite(val)) return { tag, val };
  return { tag: word(tag, SILENCES, "a measurement's sample") };
}

/** A member that an author wrote, where a class would have a method of that name. */
function plain(member) {
  return typeof member === "function" ? null : member;
}

function record(value, what) {
  if (typeof value === "object" && value !== null) return value;
  throw new Internal(`the plugin returned ${shown(value)} where a ${what} is expected`);
}

function word(value, words, what) {
  if (words.includes(value)) return value;
  throw new Internal(`${what} is ${shown(value)} instead of ${words.map((one) => `"${one}"`).join(", ")}`);
}

function text(value, what) {
  if (typeof value === "string") return value.toWellFormed();
  throw new Internal(`${what} is ${shown(value)} instead of a text`);
}

function list(value, what) {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw new Internal(`${what} are ${shown(value)} instead of a list`);
}

function labels(value, what) {
  const pairs = Array.isArray(value) || value === undefined ? list(value, what) : Object.entries(record(value, "list"));
  return pairs.map(([name, said]) => [String(name).toWellFormed(), String(said).toWellFormed()]);
}

function optional(value) {
  return value === undefined || value === null ? null : String(value).toWellFormed();
}

function shown(value) {
  return value === undefined ? "undefined" : (JSON.stringify(value) ?? String(value));
}
