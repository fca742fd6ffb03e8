/**
 * The settings: a word, and whatever that word needs.
 */

import { Problem, boolean, integer, json, list, map, number, object, oneOf, text } from "#holdpoint";

const words = [
  "say", "flood", "echo", "weigh", "count", "order", "log", "clock", "expect", "send", "need", "answer", "net", "fail",
  "throw", "allocate", "spin", "recurse",
];
const steps = [
  "equal", "one-of", "at-most", "at-least", "contains", "some", "met", "fail", "warn", "note", "unknown", "measure",
  "measure-sample", "label",
];

/** Names and values, where a name may come twice. */
const pairs = () => list(list(text())).default([]);

const finding = object({
  level: oneOf("note", "warn", "fail"),
  subject: text(),
  message: text(),
  expected: text().optional(),
  observed: text().optional(),
  labels: pairs(),
});

const measurement = object({
  name: text(),
  sample: json().describe("A number, or why there is none."),
  unit: text(),
  takenAt: integer({ minimum: 0 }).optional(),
  labels: pairs(),
});

/** A step of `expect`: each reads some of these. */
const step = object({
  step: oneOf(...steps),
  subject: text().default(""),
  expected: json().optional(),
  observed: json().optional(),
  allowed: list(json()).default([]),
  limit: number().default(0),
  unit: text().default(""),
  wanted: text().default(""),
  message: text().default(""),
  reason: text().default(""),
  name: text().default(""),
  value: json().optional(),
  sample: text().default(""),
});

const request = object({
  method: text().default("GET"),
  url: text().default(""),
  headers: pairs(),
  query: pairs(),
  body: text().optional(),
  bodyHex: text({ pattern: "^([0-9a-fA-F]{2})*$" }).optional(),
  json: json().optional(),
  form: map(text()).default({}),
  timeoutMs: integer({ minimum: 0 }).optional(),
  maxBody: integer({ minimum: 0 }).optional(),
  readHeader: text().optional(),
  pointer: text().optional(),
});

export const settings = object({
  do: oneOf(...words).optional().describe("The word."),
  outcome: oneOf("pass", "warn", "fail", "inconclusive").default("inconclusive").describe("For `say`."),
  summary: text().default("").describe("For `say` and `expect`."),
  findings: list(finding).default([]).describe("For `say`."),
  measurements: list(measurement).default([]).describe("For `say`."),
  labels: pairs().describe("For `say`."),
  text: text().default("").describe("For `weigh`."),
  count: integer({ minimum: 0 }).default(0).describe("For `flood`."),
  kind: oneOf("settings", "unavailable", "denied", "internal").optional().describe("For `fail`."),
  message: text().default("").describe("For `fail` and `throw`."),
  mib: integer({ minimum: 0 }).default(0).describe("For `allocate`."),
  low: integer({ minimum: 0 }).default(0).describe("For `order`."),
  high: integer({ minimum: 0 }).default(0).describe("For `order`."),
  lines: list(list(text())).default([]).describe("For `log`: severity and text."),
  sleepMs: integer({ minimum: 0 }).default(0).describe("For `clock`."),
  steps: list(step).default([]).describe("For `expect`."),
  requests: list(request).default([]).describe("For `send`."),
  together: boolean().default(false).describe("For `send`: whether all go out in one batch."),
  url: text().default("").describe("For `need` and `answer`."),
  target: text().default("").describe("For `net`."),
});

/** The one rule that types don't say. */
export function examine({ low, high }) {
  return low > high ? [new Problem("/low", "is above `high`", "swap them")] : [];
}
